import type { CloseReason } from "../../link/transport.ts"
import type { SyncEffect } from "../sync-effect.ts"
import type { SyncState } from "../sync-state.ts"

/** Outcome of one event. */
export interface Step {
  readonly state: SyncState
  readonly effects: readonly SyncEffect[]
}

/** Nothing to do. */
export function stay(state: SyncState): Step {
  return { state, effects: [] }
}

/** A new state with what is to be done. */
export function step(state: SyncState, ...effects: readonly SyncEffect[]): Step {
  return { state, effects }
}

/** Goes on from the state a step led to. */
export function andThen(first: Step, next: (state: SyncState) => Step): Step {
  const second = next(first.state)
  return { state: second.state, effects: [...first.effects, ...second.effects] }
}

/** Ends the connection for a reason of ours, which the peer is told. */
export function end(state: SyncState, reason: CloseReason, message: string): Step {
  return step({ ...state, phase: "closed" }, { kind: "close", closed: { reason, message }, tell: true })
}

/** Ends the connection because the peer broke the protocol. */
export function violation(state: SyncState, message: string): Step {
  return end(state, "protocol-violation", message)
}
