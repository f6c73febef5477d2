import { compareUnits } from "../combined-root.ts"
import type { EventOf } from "../sync-event.ts"
import { maxOpenWants, maxPagesInFlight } from "../sync-limits.ts"
import type { SyncState } from "../sync-state.ts"
import type { Step } from "./step.ts"
import { step, violation } from "./step.ts"

/** The peer wants our versions of the units that differ: both sides know which these are. */
export function listReceived(state: SyncState): Step {
  const { round } = state
  if (round.ours === undefined || !round.theirsDone || round.listed)
    return violation(state, "versions were asked for before roots were compared, or twice")
  const { different } = compareUnits(round.ours, round.theirs ?? [])
  return step({ ...state, round: { ...round, listed: true } }, { kind: "list", collections: different })
}

/** A page of our versions is ready. */
export function sendPage(state: SyncState, { page }: EventOf<"page">): Step {
  const { round } = state
  return step({ ...state, round: { ...round, pagesOut: round.pagesOut + 1 } }, { kind: "send", frame: page })
}

/** The peer worked through one of our pages. */
export function pageAnswered(state: SyncState): Step {
  const { round } = state
  if (round.pagesOut === 0) return violation(state, "a page was answered that was not sent")
  return step({ ...state, round: { ...round, pagesOut: round.pagesOut - 1 } }, { kind: "page-answered" })
}

/** A page of the peer's versions. */
export function pageReceived(state: SyncState, { frame }: EventOf<"versions">): Step {
  const { round } = state
  if (!round.listing) return violation(state, "versions came that were not asked for")
  if (round.pagesIn >= maxPagesInFlight)
    return violation(state, `more than ${maxPagesInFlight} pages came without an answer`)
  return step(
    { ...state, round: { ...round, pagesIn: round.pagesIn + 1 } },
    { kind: "take-page", page: frame }
  )
}

/** We worked through a page. */
export function pageDone(state: SyncState): Step {
  const { round } = state
  const pagesIn = Math.max(0, round.pagesIn - 1)
  return step({ ...state, round: { ...round, pagesIn } }, { kind: "send", frame: { kind: "answered" } })
}

/** The peer misses what some of our commits build on. */
export function wantReceived(state: SyncState, { frame }: EventOf<"want">): Step {
  const openWants = state.openWants + frame.entries.length
  if (openWants > maxOpenWants)
    return violation(state, `more than ${maxOpenWants} documents are asked for at a time`)
  return step({ ...state, openWants }, { kind: "serve-wants", entries: frame.entries })
}

/** Some of them were sent. */
export function wantsDone(state: SyncState, { count }: EventOf<"wants-done">): Step {
  return step({ ...state, openWants: Math.max(0, state.openWants - count) })
}
