import { compareUnits } from "../combined-root.ts"
import type { UnitSummary } from "../frame.ts"
import type { DifferentUnit } from "../reconcile/level.ts"
import { surerLevel } from "../reconcile/level.ts"
import type { EventOf } from "../sync-event.ts"
import { maxFoundEntries, maxFoundFrames, maxFoundInFlight, maxOpenWants } from "../sync-limits.ts"
import type { RoundState, SyncState } from "../sync-state.ts"
import { exchangesNow } from "../sync-state.ts"
import type { Step } from "./step.ts"
import { andThen, stay, step, violation } from "./step.ts"

/**
 * Begins to find out what differs in the units both sides have, once a round. The dialing side speaks first; the other one makes
 * itself ready.
 */
export function reconcile(state: SyncState): Step {
  const { round, role } = state
  if (round.units !== undefined) return stay(state)
  const units = differentUnits(round.ours ?? [], round.theirs ?? [])
  const key = role === "dialer" ? round.key : undefined
  if (role === "dialer" && key === undefined && units.length > 0)
    return violation(state, "the peer did not say under which key ids are compared")
  const next = { ...state, round: { ...exchangesNow(round), units } }
  if (units.length === 0) return step(next, { kind: "exchanged" })
  return step(next, { kind: "reconcile", units, floor: round.floor, ...(key === undefined ? {} : { key }) })
}

/** The accepting side needs to know what differs. */
export function compareReceived(state: SyncState): Step {
  const { round, role } = state
  if (role === "acceptor" || round.ours === undefined || !round.theirsDone || round.asked)
    return violation(state, "a comparison was asked for by the dialing side, before its time, or twice")
  return reconcile({ ...state, round: { ...round, asked: true } })
}

/** A message of the reconciliation of one unit. */
export function messageReceived(state: SyncState, { frame }: EventOf<"reconcile">): Step {
  const { step: kind, level } = frame
  const isHere = state.role === "dialer" ? kind !== "begin" : kind === "begin" || kind === "next"
  if (!isHere) return violation(state, `a step "${kind}" is not for the ${state.role}`)
  return aboutUnit(state, frame.unit, at => step(reached(at, level), { kind: "take-message", frame }))
}

/** What the peer found to differ. */
export function foundReceived(state: SyncState, { frame, size }: EventOf<"found">): Step {
  const { limits, round } = state
  const bytes = round.foundIn.reduce((sum, found) => sum + found.size, size)
  const entries = round.foundIn.reduce((sum, found) => sum + found.entries, frame.entries.length)
  const isTooLarge = bytes > maxFoundFrames * limits.maxFrameBytes || entries > maxFoundEntries
  if (round.foundIn.length >= maxFoundInFlight || isTooLarge)
    return violation(state, `${round.foundIn.length} findings, and another one, came without an answer`)
  return aboutUnit(state, frame.unit, (at, { collection }) => {
    const next = reached(at, frame.level)
    const foundIn = [...next.round.foundIn, { last: frame.last, size, entries: frame.entries.length }]
    return step({ ...next, round: { ...next.round, foundIn } }, { kind: "take-found", frame, collection })
  })
}

/** The dialing side may speak while the accepting one still checks a cursor: it makes itself ready then. */
function aboutUnit(
  state: SyncState,
  number: number,
  go: (state: SyncState, unit: DifferentUnit) => Step
): Step {
  const { round, role } = state
  if (round.ours === undefined || !round.theirsDone)
    return violation(state, "a reconciliation began before roots were compared")
  return andThen(role === "acceptor" ? reconcile(state) : stay(state), at => {
    const unit = at.round.units?.[number]
    return unit === undefined ? violation(at, `there is no unit ${number} being reconciled`) : go(at, unit)
  })
}

/** A message of ours is ready. */
export function sendMessage(state: SyncState, { frame }: EventOf<"message">): Step {
  return step(reached(state, frame.level), { kind: "send", frame })
}

/** Something we found is ready to be told. */
export function sendFound(state: SyncState, { frame }: EventOf<"found-ready">): Step {
  const next = reached(state, frame.level)
  const { round } = next
  return step(
    { ...next, round: { ...round, foundOut: [...round.foundOut, frame.last] } },
    { kind: "send", frame }
  )
}

/** The peer worked through the first of our findings that it had not answered. */
export function foundAnswered(state: SyncState): Step {
  const { round } = state
  const [last, ...rest] = round.foundOut
  if (last === undefined) return violation(state, "findings were answered that were not sent")
  const next = finish({ ...state, round: { ...round, foundOut: rest } }, last)
  return andThen(next, pace)
}

/** We worked through the first of the peer's findings. */
export function foundDone(state: SyncState): Step {
  const { round } = state
  const [first, ...rest] = round.foundIn
  if (first === undefined) return stay(state)
  const answered = step(
    { ...state, round: { ...round, foundIn: rest } },
    { kind: "send", frame: { kind: "answered" } }
  )
  return andThen(answered, at => finish(at, first.last))
}

/** We are behind in some documents. */
export function sendWants(state: SyncState, { entries }: EventOf<"wants">): Step {
  return step(state, { kind: "send", frame: { kind: "want", entries } })
}

/** The peer is behind in some documents, or misses what some of our commits build on. */
export function wantReceived(state: SyncState, { frame }: EventOf<"want">): Step {
  const openWants = state.openWants + frame.entries.length
  if (openWants > maxOpenWants)
    return violation(state, `more than ${maxOpenWants} documents are asked for at a time`)
  return step({ ...state, openWants }, { kind: "serve-wants", entries: frame.entries })
}

/** Some of them were sent. */
export function wantsDone(state: SyncState, { count }: EventOf<"wants-done">): Step {
  return pace({ ...state, openWants: Math.max(0, state.openWants - count) })
}

/** Lets the runner go on telling, as far as the peer's answers allow. */
function pace(state: SyncState): Step {
  const { round, openWants } = state
  return step(state, { kind: "pace", unanswered: round.foundOut.length, openWants })
}

function finish(state: SyncState, isLast: boolean): Step {
  if (!isLast) return stay(state)
  const finished = state.round.finished + 1
  const next = { ...state, round: { ...state.round, finished } }
  return finished === state.round.units?.length ? step(next, { kind: "exchanged" }) : stay(next)
}

function reached(state: SyncState, level: NonNullable<RoundState["reached"]>): SyncState {
  return { ...state, round: { ...state.round, reached: surerLevel(state.round.reached, level) } }
}

function differentUnits(
  ours: readonly UnitSummary[],
  theirs: readonly UnitSummary[]
): readonly DifferentUnit[] {
  const { different } = compareUnits(ours, theirs)
  const [oursByName, theirsByName] = [ours, theirs].map(
    units => new Map(units.map(({ collection, documents }) => [collection, documents]))
  )
  return different.map(collection => ({
    collection,
    ours: oursByName?.get(collection),
    theirs: theirsByName?.get(collection)
  }))
}
