import type { SyncState } from "../sync-state.ts"
import { isQuiescent } from "./settling.ts"
import type { Step } from "./step.ts"
import { end, step } from "./step.ts"

/** Looks again after a while whether anything moves. */
export function watch(state: SyncState): Step {
  return step(
    { ...state, heardBefore: state.heard },
    { kind: "timer", name: "stall", delayMs: state.limits.stallTimeoutMs, jitter: false }
  )
}

/**
 * Ends a connection on which something is awaited and nothing came for a while. Two sides that disagree about what was
 * agreed would otherwise wait for each other for ever, each answering the other's pings; a new connection starts afresh.
 */
export function lookForProgress(state: SyncState): Step {
  if (state.heard === state.heardBefore && isWaiting(state))
    return end(state, "timeout", `nothing came of it for ${state.limits.stallTimeoutMs} ms`)
  return watch(state)
}

/** Whether it is the peer's turn. What is being applied here takes as long as it takes. */
function isWaiting(state: SyncState): boolean {
  const atRest = isQuiescent(state) && (state.phase === "live" || state.retrying)
  return !atRest && state.incoming.applied === state.incoming.received
}
