import { Presence } from "./presence.ts"
import type { PresenceFeature } from "./presence-hook.ts"
import { PresenceRoom } from "./presence-room.ts"

/**
 * Presence, for `openReplica({ presence: presence() })`; `replica.presence` is it then. A server takes it, too: replicas
 * without it drop what others show.
 */
export function presence(): PresenceFeature {
  return {
    start: host => {
      const room = new PresenceRoom(host)
      return { presence: new Presence(room), hook: room, close: () => room.close() }
    }
  }
}
