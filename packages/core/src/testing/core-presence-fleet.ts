import type { ConnectOptions } from "../link/connect-link.ts"
import type { AcceptOptions } from "../link/accept-link.ts"
import type { Link } from "../link/link.ts"
import type { Presence } from "../presence/presence.ts"
import { presence } from "../presence/presence-feature.ts"
import { readFrame } from "../sync/frame-reader.ts"
import type { NetworkFaults } from "./faulty-network.ts"
import { LinkFleet } from "./link-fleet.ts"

/** The document in which most tests show themselves. */
export const room = "notes/room"

/** A fleet in which everybody has presence. */
export class PresenceFleet extends LinkFleet {
  readonly everybody: readonly Presence[]
  /** Presence frames sent so far. */
  frames = 0

  constructor(seed: number, size: number, faults?: NetworkFaults) {
    super(seed, size, faults)
    this.everybody = this.hosts.map(host => {
      const running = presence().start({
        timers: this.time,
        time: this.time,
        randomBytes: length => this.random.bytes(length),
        warn: () => {}
      })
      host.presence = running.hook
      return running.presence
    })
    this.onWire = message => {
      if (readFrame(message, 2 ** 24).frame.kind === "presence") this.frames++
    }
  }

  /** Presence of the replica with that number. */
  at(index: number): Presence {
    const found = this.everybody[index]
    if (found === undefined) throw new RangeError(`there is no replica ${index}`)
    return found
  }

  /** Links one replica to another, quick to come back. */
  link(from: number, to: number, options: ConnectOptions = {}, acceptOptions: AcceptOptions = {}): Link {
    return this.connect(from, to, { backoff: { baseMs: 10, maxMs: 100 }, ...options }, acceptOptions)
  }

  /** What each sees of the others in a document, states only. */
  seen(document: string = room): readonly unknown[][] {
    return this.everybody.map(one => one.others(document).map(({ state }) => state))
  }
}
