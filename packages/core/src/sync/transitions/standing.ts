import { notGranted } from "../not-granted.ts"
import type { EventOf } from "../sync-event.ts"
import { maxAsked } from "../sync-limits.ts"
import type { SyncState } from "../sync-state.ts"
import { refusals } from "./refusals.ts"
import type { Step } from "./step.ts"
import { stay, step, violation } from "./step.ts"

/** We want to know how documents stand there that we must not send. */
export function askAbout(state: SyncState, { documents }: EventOf<"ask-about">): Step {
  if (state.asks) return stay(state)
  return step({ ...state, asks: true }, { kind: "send", frame: { kind: "ask", documents } })
}

/** The dialing side wants to know; only it has to keep apart what this side does not take. */
export function askReceived(state: SyncState, { frame: { documents } }: EventOf<"ask">): Step {
  if (state.role === "dialer" || state.asks || documents.length === 0 || documents.length > maxAsked)
    return violation(state, "documents were asked about by the accepting side, before an answer, or too many")
  return step({ ...state, asks: true }, { kind: "look-up", documents })
}

/** That is how they stand here. */
export function tellStanding(state: SyncState, { entries }: EventOf<"looked-up">): Step {
  return step({ ...fenced(state), asks: false }, { kind: "send", frame: { kind: "standing", entries } })
}

/** That is how they stand there. */
export function standingReceived(state: SyncState, { frame }: EventOf<"standing">): Step {
  if (state.role === "acceptor" || !state.asks || frame.entries.length === 0)
    return violation(state, "documents were told about that were not asked about")
  return step({ ...fenced(state), asks: false }, { kind: "take-standing", entries: frame.entries })
}

/** What the peer found it has is not for it to write. */
export function refuseWrites(state: SyncState, { documents }: EventOf<"refuse-writes">): Step {
  return step(state, ...refusals(documents.map(notGranted)))
}

/** What was told is newer than the last frames of both sides, and goes into roots that are taken from now on. */
function fenced(state: SyncState): SyncState {
  return { ...state, idle: { ...state.idle, fence: state.idle.count + 1 } }
}
