import type { SyncEvent } from "./sync-event.ts"
import type { SyncState } from "./sync-state.ts"
import { transitionTable } from "./transition-table.ts"
import type { Step } from "./transitions/step.ts"

/**
 * The sync protocol, pure: what one event does to one connection, and what must be done about it. Never throws; every
 * (phase, event) has a cell. `SyncSession` is the runner beside it.
 */
export function transition(state: SyncState, event: SyncEvent): Step {
  // A record indexed by a union of kinds takes no event of that union, only of each kind on its own.
  const cell = transitionTable[state.phase][event.kind] as (state: SyncState, event: SyncEvent) => Step
  return cell(isProgress(event) ? { ...state, heard: state.heard + 1 } : state, event)
}

/** What a peer can say for ever without anything coming of it. */
const idle: ReadonlySet<SyncEvent["kind"]> = new Set(["ping", "pong", "presence", "expiring", "renew"])

/** Whether an event shows that the peer does more than being there. */
function isProgress(event: SyncEvent): boolean {
  return "frame" in event && !idle.has(event.kind)
}
