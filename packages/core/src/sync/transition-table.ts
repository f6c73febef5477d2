import { cursorChecked, rootsReceived, unitsReady } from "./transitions/comparing.ts"
import {
  compareReceived,
  foundAnswered,
  foundDone,
  foundReceived,
  messageReceived,
  sendFound,
  sendMessage,
  sendWants,
  wantReceived,
  wantsDone
} from "./transitions/reconciling.ts"
import { lookForProgress } from "./transitions/stalling.ts"
import { admit, greetingLate, helloReceived, sendHello, start } from "./transitions/greeting.ts"
import {
  applied,
  chunkReceived,
  commitsReceived,
  rejectReceived,
  showLife,
  snapshotReceived
} from "./transitions/receiving.ts"
import { ackReceived, creditReceived, drained, offer, work } from "./transitions/sending.ts"
import {
  idleReceived,
  rootReady,
  rootStale,
  settle,
  startRound,
  syncRequested
} from "./transitions/settling.ts"
import {
  askAbout,
  askReceived,
  refuseWrites,
  standingReceived,
  tellStanding
} from "./transitions/standing.ts"
import {
  askAgain,
  askToRenew,
  expiringReceived,
  missCredentials,
  readmitted,
  renewReceived,
  showCredentials
} from "./transitions/renewing.ts"
import type { Step } from "./transitions/step.ts"
import { end, stay, step, violation } from "./transitions/step.ts"
import type { EventKind, EventOf } from "./sync-event.ts"
import type { Phase, SyncState } from "./sync-state.ts"

/** What one kind of event does in one phase. */
type Cell<K extends EventKind> = (state: SyncState, event: EventOf<K>) => Step

/** A cell for every kind of event. */
type Row = { readonly [K in EventKind]: Cell<K> }

/** How every phase ends. */
const endings: Pick<Row, "close" | "broken" | "lost" | "failed" | "close-requested"> = {
  close: (state, { frame: { reason, message } }) => gone(state, { reason, message }),
  broken: (state, { closed }) => end(state, closed.reason, closed.message),
  lost: (state, { closed }) => gone(state, closed),
  failed: (state, { message }) => end(state, "internal", message),
  "close-requested": (state, { closed }) => end(state, closed.reason, closed.message)
}

/** Before both hellos are there, anything else is out of place; what happens on this side waits. */
const early: Row = {
  ...endings,
  hello: refuse,
  roots: refuse,
  compare: refuse,
  reconcile: refuse,
  found: refuse,
  answered: refuse,
  want: refuse,
  commits: refuse,
  snapshot: refuse,
  chunk: refuse,
  ack: refuse,
  credit: refuse,
  idle: refuse,
  ping: refuse,
  pong: refuse,
  reject: refuse,
  presence: refuse,
  ask: refuse,
  standing: refuse,
  expiring: refuse,
  renew: refuse,
  started: stay,
  prepared: stay,
  refused: stay,
  "units-ready": stay,
  "cursor-checked": stay,
  work: stay,
  offer: stay,
  drained: stay,
  message: stay,
  "found-ready": stay,
  "found-done": stay,
  wants: stay,
  "wants-done": stay,
  "ask-about": stay,
  "looked-up": stay,
  "refuse-writes": stay,
  "expires-soon": stay,
  credentials: stay,
  "no-credentials": stay,
  readmitted: stay,
  applied: stay,
  "root-ready": stay,
  "root-stale": stay,
  deadline: greetingLate,
  settle: stay,
  retry: stay,
  stall: stay,
  "ask-again": stay,
  quiet: stay,
  silent: stay,
  mute: stay,
  "sync-requested": syncRequested
}

/** Once both sides know each other, data flows in every phase. */
const linked: Row = {
  ...early,
  roots: rootsReceived,
  compare: compareReceived,
  reconcile: messageReceived,
  found: foundReceived,
  answered: foundAnswered,
  want: wantReceived,
  commits: commitsReceived,
  snapshot: snapshotReceived,
  chunk: chunkReceived,
  ack: ackReceived,
  credit: creditReceived,
  presence: (state, { frame, size }) => step(state, { kind: "presence", entries: frame.entries, size }),
  idle: idleReceived,
  ping: state => step(state, { kind: "send", frame: { kind: "pong" } }),
  pong: stay,
  reject: rejectReceived,
  work,
  offer,
  drained,
  message: sendMessage,
  "found-ready": sendFound,
  "found-done": foundDone,
  wants: sendWants,
  "wants-done": wantsDone,
  ask: askReceived,
  standing: standingReceived,
  "ask-about": askAbout,
  "looked-up": tellStanding,
  "refuse-writes": refuseWrites,
  expiring: expiringReceived,
  renew: renewReceived,
  "expires-soon": askToRenew,
  credentials: showCredentials,
  "no-credentials": missCredentials,
  readmitted,
  applied,
  "root-ready": rootReady,
  "root-stale": rootStale,
  deadline: stay,
  settle,
  stall: lookForProgress,
  "ask-again": askAgain,
  quiet: state => step(state, { kind: "send", frame: { kind: "ping" } }),
  silent: state => end(state, "timeout", "the peer does not answer"),
  mute: showLife
}

const closed: Row = {
  ...early,
  hello: stay,
  roots: stay,
  compare: stay,
  reconcile: stay,
  found: stay,
  answered: stay,
  want: stay,
  commits: stay,
  snapshot: stay,
  chunk: stay,
  ack: stay,
  credit: stay,
  idle: stay,
  ping: stay,
  pong: stay,
  reject: stay,
  presence: stay,
  ask: stay,
  standing: stay,
  expiring: stay,
  renew: stay,
  close: stay,
  broken: stay,
  lost: stay,
  failed: stay,
  "close-requested": stay,
  deadline: stay,
  "sync-requested": stay
}

/** What happens in every phase on every event. A new phase or event does not compile before its cells are filled. */
export const transitionTable: { readonly [P in Phase]: Row } = {
  greeting: { ...early, started: start, prepared: sendHello, hello: helloReceived },
  admitting: {
    ...early,
    prepared: admit,
    readmitted,
    refused: (state, { closed: why }) => end(state, why.reason, why.message)
  },
  comparing: { ...linked, "units-ready": unitsReady, "cursor-checked": cursorChecked },
  "catching-up": { ...linked, retry: startRound },
  live: { ...linked, retry: startRound },
  closed
}

function refuse(state: SyncState, { kind }: { readonly kind: EventKind }): Step {
  return violation(state, `a ${kind} frame is out of place while ${state.phase}`)
}

function gone(state: SyncState, why: EventOf<"lost">["closed"]): Step {
  return step({ ...state, phase: "closed" }, { kind: "close", closed: why, tell: false })
}
