import { compareUnits, expectedDocuments } from "../combined-root.ts"
import type { Frame, RootsFrame, UnitSummary } from "../frame.ts"
import type { SyncEffect } from "../sync-effect.ts"
import type { EventOf } from "../sync-event.ts"
import { frameOverhead, maxRootsFrames, maxUnits } from "../sync-limits.ts"
import type { SyncState } from "../sync-state.ts"
import { exchangesNow } from "../sync-state.ts"
import { reconcile } from "./reconciling.ts"
import { startRound } from "./settling.ts"
import type { Step } from "./step.ts"
import { andThen, stay, step, violation } from "./step.ts"

/** Our unit roots are there: send them, in as many frames as it takes. */
export function unitsReady(state: SyncState, { units, cursor, key }: EventOf<"units-ready">): Step {
  const { round, incoming } = state
  if (round.ours !== undefined) return stay(state)
  const partial =
    incoming.partial?.head.kind === "snapshot"
      ? { id: incoming.partial.head.id, have: incoming.partial.have }
      : undefined
  const claims = {
    ...(cursor === undefined ? {} : { cursor }),
    ...(round.number > 0 || partial === undefined ? {} : { partial }),
    ...(key === undefined ? {} : { key })
  }
  const pages = split(units, (state.peer?.maxFrameBytes ?? 0) - frameOverhead)
  const frames = pages.map((page, index): Frame => {
    const roots = { kind: "roots", round: round.number, more: index < pages.length - 1, units: page } as const
    return index === 0 ? { ...roots, ...claims } : roots
  })
  const sends = frames.map((frame): SyncEffect => ({ kind: "send", frame }))
  const claimed = cursor !== undefined
  return andThen(step({ ...state, round: { ...round, ours: units, claimed } }, ...sends), tryPlan)
}

/** Unit roots of the peer. They may open a round which this side did not see the need for yet. */
export function rootsReceived(state: SyncState, { frame }: EventOf<"roots">): Step {
  const { round, phase } = state
  if (phase === "comparing" && frame.round === round.number && !round.theirsDone)
    return takeRoots(state, frame)
  if (phase !== "comparing" && frame.round === round.number + 1)
    return andThen(startRound(state), next => takeRoots(next, frame))
  return violation(state, `unit roots of round ${frame.round} in round ${round.number}`)
}

/** Whether the peer's cursor into our log holds decides between reading on from there and exchanging versions. */
export function cursorChecked(state: SyncState, { valid }: EventOf<"cursor-checked">): Step {
  const { round } = state
  const { ours, theirs, cursor } = round
  if (ours === undefined || theirs === undefined || cursor === undefined) return stay(state)
  if (!valid) return exchange(state)
  const plan = { kind: "cursor", cursor, equal: new Set(compareUnits(ours, theirs).equal) } as const
  return begin(state, { kind: "plan", plan, ...partialOf(state) })
}

function takeRoots(state: SyncState, frame: RootsFrame): Step {
  const { round } = state
  const theirs = [...(round.theirs ?? []), ...frame.units]
  const theirFrames = round.theirFrames + 1
  if (theirs.length > maxUnits || theirFrames > maxRootsFrames)
    return violation(state, `more than ${maxUnits} collections, or in more than ${maxRootsFrames} frames`)
  const claims = {
    ...(frame.cursor === undefined ? {} : { cursor: frame.cursor }),
    ...(frame.partial === undefined ? {} : { partial: frame.partial }),
    ...(frame.key === undefined ? {} : { key: frame.key })
  }
  return tryPlan({ ...state, round: { ...round, ...claims, theirs, theirsDone: !frame.more, theirFrames } })
}

function tryPlan(state: SyncState): Step {
  const { round } = state
  if (round.ours === undefined || !round.theirsDone) return stay(state)
  if (round.number === 0 && round.cursor !== undefined)
    return step(state, { kind: "check-cursor", cursor: round.cursor })
  return exchange(state)
}

function exchange(state: SyncState): Step {
  const { round, role } = state
  const { onlyOurs } = compareUnits(round.ours ?? [], round.theirs ?? [])
  const plan = { kind: "exchange", whole: onlyOurs } as const
  const fell: SyncEffect[] =
    round.number === 0 ? [{ kind: "report", report: { kind: "fell-through", to: "exchange" } }] : []
  // The dialing side cannot know that its cursor did not hold; without a cursor of ours to check it begins by itself.
  const asks: SyncEffect[] =
    role === "acceptor" && round.claimed ? [{ kind: "send", frame: { kind: "compare" } }] : []
  const next = { ...state, round: exchangesNow(round) }
  return andThen(begin(next, ...fell, ...asks, { kind: "plan", plan, ...partialOf(state) }), reconcile)
}

function begin(state: SyncState, ...effects: readonly SyncEffect[]): Step {
  const { outgoing, round } = state
  const theirs = round.theirs ?? []
  const documents = expectedDocuments(compareUnits(round.ours ?? [], theirs), theirs)
  const report = { kind: "expecting", ...(documents === undefined ? {} : { documents }) } as const
  const next: SyncState = {
    ...state,
    phase: "catching-up",
    outgoing: { ...outgoing, started: true, pump: "asked", stale: outgoing.pump === "asked" }
  }
  const pump: SyncEffect[] = outgoing.pump === "asked" ? [] : [{ kind: "pump" }]
  return step(next, { kind: "report", report }, ...effects, ...pump)
}

function partialOf({ round }: SyncState): { readonly partial?: NonNullable<typeof round.partial> } {
  return round.partial === undefined ? {} : { partial: round.partial }
}

/** Cuts a list so that each part fits a frame; at least one part, which may be empty. */
function split(units: readonly UnitSummary[], maxBytes: number): readonly (readonly UnitSummary[])[] {
  const pages: UnitSummary[][] = [[]]
  let size = 0
  for (const unit of units) {
    const bytes = 3 * unit.collection.length + 30
    if (size + bytes > maxBytes) {
      pages.push([])
      size = 0
    }
    pages.at(-1)?.push(unit)
    size += bytes
  }
  return pages
}
