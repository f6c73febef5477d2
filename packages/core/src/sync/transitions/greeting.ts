import { equalBytes } from "../../codec/hex.ts"
import type { HelloFrame, IdleFrame } from "../frame.ts"
import { oldestProtocol, protocolVersion } from "../frame.ts"
import { cursorName, grantIn } from "../link-grant.ts"
import type { EventOf } from "../sync-event.ts"
import { type SyncScope, equalScopes, intersectScopes } from "../sync-scope.ts"
import type { SyncEffect } from "../sync-effect.ts"
import type { SyncState } from "../sync-state.ts"
import { smallBytesFor } from "./flowing.ts"
import { settleSoon } from "./settling.ts"
import { watch } from "./stalling.ts"
import type { Step } from "./step.ts"
import { andThen, end, stay, step, violation } from "./step.ts"

/** More than this under way without being asked for would be held in our memory for a peer that does not read. */
const maxCreditBytes = 2 ** 22

/** The connection is there: the dialer makes its hello, the acceptor waits for one, and not for ever. */
export function start(state: SyncState): Step {
  if (state.role === "dialer") return step(state, { kind: "prepare" })
  return step(state, deadline(state.limits.helloTimeoutMs))
}

/** Counts what the peer takes, never what this side does. */
function deadline(delayMs: number): SyncEffect {
  return { kind: "timer", name: "deadline", delayMs, jitter: false }
}

/** Nothing came, or nobody decided, in time. */
export function greetingLate(state: SyncState): Step {
  const { admitTimeoutMs, helloTimeoutMs } = state.limits
  if (state.phase === "admitting")
    return end(state, "timeout", `it was not decided within ${admitTimeoutMs} ms who may do what`)
  const waitedMs = state.role === "dialer" ? admitTimeoutMs : helloTimeoutMs
  return end(state, "timeout", `no hello within ${waitedMs} ms`)
}

/** The dialer's hello is ready. Both roots will be younger than it, so that equality answers earlier `synced()` calls. */
export function sendHello(state: SyncState, { hello, keptUnder }: EventOf<"prepared">): Step {
  if (state.role === "acceptor") return stay(state)
  const idle = { ...state.idle, asking: state.idle.requests }
  return step(
    { ...state, ours: hello, idle, ...(keptUnder === undefined ? {} : { keptUnder }) },
    { kind: "send", frame: hello },
    deadline(state.limits.admitTimeoutMs)
  )
}

/** The peer's first frame. The dialer knows enough then; the acceptor decides whether to answer. */
export function helloReceived(state: SyncState, { frame }: EventOf<"hello">): Step {
  if (frame.minProtocol > protocolVersion || frame.maxProtocol < oldestProtocol)
    return end(state, "protocol-unsupported", unsupported(frame))
  // Who takes no larger ones has a reason, the line between the two as a rule: none are sent either.
  const maxFrameBytes = Math.min(frame.maxFrameBytes, state.limits.maxFrameBytes)
  const heard = { ...state, peer: { ...frame, maxFrameBytes } }
  if (state.role === "acceptor")
    return step({ ...heard, phase: "admitting" }, deadline(state.limits.admitTimeoutMs), {
      kind: "prepare",
      peer: frame
    })
  if (state.ours === undefined) return violation(state, "the peer answered before it was greeted")
  if (!isWithin(frame.scope, state.ours.scope) || !isWithin(frame.write ?? frame.scope, frame.scope))
    return violation(state, "the peer grants what was not asked for")
  return greet(heard, state.ours, heard.peer)
}

function isWithin(scope: SyncScope, other: SyncScope): boolean {
  return equalScopes(intersectScopes(other, scope), scope)
}

/** The acceptor let the dialer in. */
export function admit(state: SyncState, { hello, partial }: EventOf<"prepared">): Step {
  const { peer } = state
  if (peer === undefined) return end(state, "internal", "a peer was let in that never spoke")
  const incoming = partial === undefined ? state.incoming : { ...state.incoming, partial }
  return andThen(step({ ...state, incoming, ours: hello }, { kind: "send", frame: hello }), next =>
    greet(next, hello, peer)
  )
}

/** Both hellos are there: equal roots end it, unequal ones are looked at unit by unit. */
function greet(state: SyncState, ours: HelloFrame, peer: HelloFrame): Step {
  // A copied store keeps its epoch. Under a name of its own it is a replica like any other: cursors go by the log's hash.
  if (ours.epoch === peer.epoch && ours.actor === peer.actor)
    return end(state, "self", "both ends are one replica, or one is a copy of the other under the same name")
  const credit = Math.min(peer.windowBytes, maxCreditBytes)
  const greeted: SyncState = {
    ...state,
    outgoing: {
      ...state.outgoing,
      credit,
      maxCredit: credit,
      smallBytes: smallBytesFor(peer, credit),
      through: ours.end.position
    }
  }
  const first = step(
    greeted,
    { kind: "cancel", name: "deadline" },
    { kind: "report", report: { kind: "greeted", hello: peer } }
  )
  const equal = equalScopes(ours.scope, peer.scope) && equalBytes(ours.root, peer.root)
  return andThen(andThen(first, watch), next => (equal ? goLive(next, ours, peer) : compareUnitRoots(next)))
}

function goLive(state: SyncState, ours: HelloFrame, peer: HelloFrame): Step {
  const { keptUnder } = state
  // What was kept apart under another grant may be allowed now: then equal roots are no answer.
  const isAnswer = keptUnder === undefined || keptUnder === cursorName(peer.epoch, grantIn(peer))
  // Hellos with equal roots are as good as a pair of idle frames; no others are sent until something changes.
  const idle = {
    ...state.idle,
    ours: asIdle(ours),
    theirs: asIdle(peer),
    judged: true,
    ...(isAnswer ? { answered: state.idle.asking } : { asking: state.idle.answered })
  }
  const live: SyncState = {
    ...state,
    phase: "live",
    idle,
    incoming: { ...state.incoming, partial: undefined },
    outgoing: { ...state.outgoing, started: true, pump: "asked" }
  }
  return andThen(
    step(
      live,
      { kind: "verified", end: peer.end },
      { kind: "report", report: { kind: "verified", requests: idle.answered } },
      { kind: "plan", plan: { kind: "tail" } },
      { kind: "pump" }
    ),
    settleSoon
  )
}

function compareUnitRoots(state: SyncState): Step {
  return step(
    { ...state, phase: "comparing" },
    { kind: "report", report: { kind: "fell-through", to: "units" } },
    { kind: "compute-units", withCursor: true }
  )
}

function asIdle({ root, end: logEnd }: HelloFrame): IdleFrame {
  return { kind: "idle", number: 0, seen: 0, round: 0, sent: 0, applied: 0, root, end: logEnd, ask: false }
}

function unsupported({ minProtocol, maxProtocol }: HelloFrame): string {
  return `the peer speaks protocol ${minProtocol} to ${maxProtocol}, this side ${oldestProtocol} to ${protocolVersion}; upgrade the older one`
}
