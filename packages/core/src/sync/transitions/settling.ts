import { equalBytes } from "../../codec/hex.ts"
import type { IdleFrame } from "../frame.ts"
import type { EventOf } from "../sync-event.ts"
import type { SyncLevel } from "../reconcile/level.ts"
import { nextLevel } from "../reconcile/level.ts"
import type { RoundState, SyncState } from "../sync-state.ts"
import { freshRound } from "../sync-state.ts"
import type { Step } from "./step.ts"
import { andThen, end, stay, step, violation } from "./step.ts"

/** A link that stays unequal is not worth asking more often than every few minutes. */
const maxBackoffDoublings = 8

/** Nothing to send, nothing unacknowledged, nothing received that is not durable. */
export function isQuiescent({ phase, outgoing, incoming }: SyncState): boolean {
  return (
    (phase === "live" || phase === "catching-up") &&
    outgoing.started &&
    outgoing.pump === "resting" &&
    outgoing.front === undefined &&
    outgoing.bulk === undefined &&
    outgoing.acked === outgoing.sent &&
    incoming.assembly === undefined &&
    incoming.applied === incoming.received
  )
}

/** Schedules the next idle frame if this is an idle point and the last frame does not describe it. */
export function settleSoon(state: SyncState): Step {
  const { idle, limits } = state
  if (!isQuiescent(state) || idle.waiting === "root") return stay(state)
  const wanted = idle.asked || idle.requests > Math.max(idle.asking, idle.answered)
  if (!wanted && (idle.waiting === "timer" || describes(idle.ours, state))) return stay(state)
  const delayMs = wanted || state.phase === "catching-up" ? 0 : limits.settleMs
  return step(
    { ...state, idle: { ...idle, waiting: "timer" } },
    { kind: "timer", name: "settle", delayMs, jitter: false }
  )
}

/** The rest lasted: take the root. */
export function settle(state: SyncState): Step {
  const waiting = isQuiescent(state) ? "root" : "no"
  const next = { ...state, idle: { ...state.idle, waiting } as const }
  return waiting === "root" ? step(next, { kind: "compute-root" }) : stay(next)
}

/** The root is there: if it is still an idle point, say so. */
export function rootReady(state: SyncState, { root, end: logEnd }: EventOf<"root-ready">): Step {
  const resting: SyncState = { ...state, idle: { ...state.idle, waiting: "no" } }
  if (!isQuiescent(resting)) return stay(resting)
  // Reading it once more would say the same, at once and for ever.
  if (logEnd.position < state.outgoing.through)
    return end(
      resting,
      "internal",
      `the log ends at ${logEnd.position}, and was sent up to ${state.outgoing.through}`
    )
  // The log grew by something nobody announced: hand it out first.
  if (logEnd.position !== state.outgoing.through) return step(resting, { kind: "extend", end: logEnd })
  const { idle, outgoing, incoming, round } = resting
  const number = idle.count + 1
  const requested = idle.requests > idle.answered
  const frame: IdleFrame = {
    kind: "idle",
    number,
    seen: idle.seen,
    round: round.number,
    sent: outgoing.sent,
    applied: incoming.applied,
    root,
    end: logEnd,
    ask: requested || idle.outdated
  }
  const asked = requested && idle.requests !== idle.asking ? { asking: idle.requests, askNumber: number } : {}
  const next = {
    ...resting,
    idle: { ...idle, count: number, ours: frame, judged: false, asked: false, ...asked }
  }
  return andThen(step(next, { kind: "send", frame }), judge)
}

/** The log moved on while the root was taken: wait for the next rest. */
export function rootStale(state: SyncState): Step {
  return settleSoon({ ...state, idle: { ...state.idle, waiting: "no" } })
}

/** The peer is at an idle point. */
export function idleReceived(state: SyncState, { frame }: EventOf<"idle">): Step {
  const { idle, outgoing, incoming, round } = state
  if (frame.number <= idle.seen || frame.seen > idle.count)
    return violation(state, "idle frames are out of order")
  if (frame.applied > outgoing.sent || frame.sent !== incoming.received || frame.round > round.number)
    return violation(state, "an idle frame counts what was never sent")
  const asked = idle.asked || frame.ask
  const outdated = idle.outdated && frame.seen < idle.fence
  const heard = { ...idle, theirs: frame, seen: frame.number, judged: false, asked, outdated }
  return andThen(judge({ ...state, idle: heard }), settleSoon)
}

/** The application wants to know that both sides are equal as of now. */
export function syncRequested(state: SyncState): Step {
  return settleSoon({ ...state, idle: { ...state.idle, requests: state.idle.requests + 1 } })
}

/** Begins a comparison of unit roots that ends in an exchange, at the next level if there was one already. */
export function startRound(state: SyncState): Step {
  const { idle, round } = state
  const floor = round.exchanges === 0 ? "list" : (surerStill(round) ?? "merkle")
  return step(
    {
      ...state,
      phase: "comparing",
      round: freshRound(round.number + 1, round.exchanges + 1, floor),
      idle: { ...idle, ours: undefined, theirs: undefined, judged: false, outdated: false },
      retrying: false
    },
    { kind: "cancel", name: "retry" },
    { kind: "compute-units", withCursor: false }
  )
}

/** The level after the surest one used; nothing if there is none, nothing was compared, or something was refused. */
function surerStill({ reached, refused }: RoundState): SyncLevel | undefined {
  return reached === undefined || refused ? undefined : nextLevel(reached)
}

/**
 * Compares a pair of idle frames that are of one cut: each side had applied all the other had sent. Both sides see the
 * same pair, so both come to the same verdict.
 */
function judge(state: SyncState): Step {
  const { idle, round, phase } = state
  const { ours, theirs, judged } = idle
  if (ours === undefined || theirs === undefined || judged || phase === "comparing") return stay(state)
  const oneCut = ours.round === round.number && theirs.round === round.number
  if (!oneCut || ours.sent !== theirs.applied || ours.applied !== theirs.sent) return stay(state)
  const next = { ...state, idle: { ...idle, judged: true } }
  return equalBytes(ours.root, theirs.root) ? equal(next, theirs) : unequal(next, ours, theirs)
}

function equal(state: SyncState, theirs: IdleFrame): Step {
  const { idle } = state
  const fresh = idle.asking > idle.answered && theirs.seen >= idle.askNumber
  const answered = fresh ? idle.asking : idle.answered
  return step(
    {
      ...state,
      phase: "live",
      incoming: { ...state.incoming, partial: undefined },
      idle: { ...idle, answered },
      round: { ...state.round, exchanges: 0, reached: undefined, refused: false },
      diverged: 0,
      retrying: false
    },
    { kind: "cancel", name: "retry" },
    { kind: "verified", end: theirs.end },
    { kind: "report", report: { kind: "verified", requests: answered } }
  )
}

function unequal(state: SyncState, ours: IdleFrame, theirs: IdleFrame): Step {
  const { round, idle } = state
  if (state.retrying) return stay(state)
  if (ours.number < idle.fence || theirs.seen < idle.fence) return refresh(state)
  const to = round.exchanges === 0 ? "exchange" : surerStill(round)
  if (to !== undefined)
    return andThen(step(state, { kind: "report", report: { kind: "fell-through", to } }), startRound)
  const attempt = state.diverged + 1
  const delayMs = state.limits.divergedRetryMs * 2 ** Math.min(state.diverged, maxBackoffDoublings)
  return step(
    { ...state, diverged: attempt, retrying: true },
    { kind: "report", report: { kind: "diverged", attempt, ours: ours.root, theirs: theirs.root } },
    { kind: "timer", name: "retry", delayMs, jitter: true }
  )
}

/** Takes another root and asks for another one, once. */
function refresh(state: SyncState): Step {
  const { idle } = state
  return idle.outdated
    ? stay(state)
    : settleSoon({ ...state, idle: { ...idle, ours: undefined, outdated: true } })
}

function describes(frame: IdleFrame | undefined, { outgoing, incoming, round }: SyncState): boolean {
  return (
    frame !== undefined &&
    frame.round === round.number &&
    frame.sent === outgoing.sent &&
    frame.applied === incoming.applied &&
    frame.end.position === outgoing.through
  )
}
