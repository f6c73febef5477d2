import { parseActorId } from "@syncline/clock"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { DocumentId } from "../document/document-id.ts"
import { assertEqual, assertThat } from "../testing/contract-assert.ts"
import type { FoundFrame, Frame, HelloFrame, ReconcileFrame } from "./frame.ts"
import { protocolVersion } from "./frame.ts"
import { steps } from "./frame-kinds.ts"
import { levels } from "./reconcile/level.ts"
import type { SyncEffect } from "./sync-effect.ts"
import type { EventKind, SyncEvent } from "./sync-event.ts"
import { frameCharge, maxFoundInFlight, syncLimits } from "./sync-limits.ts"
import { transition } from "./sync-machine.ts"
import type { Phase, SyncRole, SyncState } from "./sync-state.ts"
import { initialSyncState } from "./sync-state.ts"
import { transitionTable } from "./transition-table.ts"

const limits = syncLimits({ windowBytes: 4096, maxFrameBytes: 8192, maxPayloadBytes: 16_384 })
const document = "a/b" as DocumentId
const end = { position: 3, hash: new Uint8Array(16) }
const closed = { reason: "closed", message: "" } as const
const root = (byte: number) => new Uint8Array(20).fill(byte)
const units = (byte: number) => [
  { collection: "a", root: root(byte) },
  { collection: "b", root: root(0) }
]

function hello(epoch: string, byte: number): HelloFrame {
  return {
    kind: "hello",
    minProtocol: protocolVersion,
    maxProtocol: protocolVersion,
    epoch: epoch.repeat(32),
    actor: parseActorId("0123456789abcdef"),
    root: root(byte),
    end,
    maxFrameBytes: 8192,
    windowBytes: 4096,
    maxPayloadBytes: 16_384,
    scope: "all"
  }
}

const small = fc.integer({ min: 0, max: 4 })
const content = fc.constantFrom(0, 10, 1024, 2000, 5000).map(size => new Uint8Array(size))
const byte = fc.constantFrom(0, 1)
const level = fc.constantFrom(...levels)
const messages = fc.record({
  kind: fc.constant("reconcile" as const),
  unit: fc.nat(1),
  level,
  step: fc.constantFrom(...steps),
  message: fc.constant(new Uint8Array())
}) satisfies fc.Arbitrary<ReconcileFrame>
const findings = fc.record({
  kind: fc.constant("found" as const),
  unit: fc.nat(1),
  level,
  only: fc.constant([]),
  entries: fc.constant([]),
  forked: fc.constant([]),
  last: fc.boolean()
}) satisfies fc.Arbitrary<FoundFrame>
const wire = <F extends Frame>(frame: fc.Arbitrary<F>): fc.Arbitrary<SyncEvent> =>
  frame.map(one => ({ kind: one.kind, frame: one, size: 100 }) as unknown as SyncEvent)
const just = (event: SyncEvent): fc.Arbitrary<SyncEvent> => fc.constant(event)

/** Any event of each kind, plausible or not. */
const events: { readonly [K in EventKind]: fc.Arbitrary<SyncEvent> } = {
  hello: wire(byte.map(value => hello("b", value))),
  roots: wire(
    fc.record({
      kind: fc.constant("roots" as const),
      round: fc.nat(2),
      more: fc.boolean(),
      units: byte.map(units),
      key: fc.constant(new Uint8Array(16))
    })
  ),
  compare: wire(fc.constant({ kind: "compare" as const })),
  reconcile: wire(messages),
  found: wire(findings),
  answered: wire(fc.constant({ kind: "answered" as const })),
  want: wire(fc.constant({ kind: "want" as const, entries: [] })),
  commits: wire(
    content.chain(bytes =>
      fc.record({
        kind: fc.constant("commits" as const),
        bytes: fc.constant(bytes),
        total: fc.constantFrom(bytes.length, 6000)
      })
    )
  ),
  snapshot: wire(
    content.map(bytes => ({
      kind: "snapshot" as const,
      document,
      id: new Uint8Array(16),
      total: bytes.length,
      offset: 0,
      bytes
    }))
  ),
  chunk: wire(content.map(bytes => ({ kind: "chunk" as const, bytes }))),
  ack: wire(small.map(payloads => ({ kind: "ack" as const, payloads }))),
  credit: wire(fc.constantFrom(0, 100, 2000).map(bytes => ({ kind: "credit" as const, bytes }))),
  idle: wire(
    fc.record({
      kind: fc.constant("idle" as const),
      number: small,
      seen: small,
      round: fc.nat(1),
      sent: small,
      applied: small,
      root: byte.map(root),
      end: fc.constant(end),
      ask: fc.boolean()
    })
  ),
  ping: wire(fc.constant({ kind: "ping" as const })),
  pong: wire(fc.constant({ kind: "pong" as const })),
  reject: wire(fc.constant({ kind: "reject" as const, document, reason: "invalid", message: "" })),
  close: wire(fc.constant({ kind: "close" as const, ...closed })),
  presence: wire(fc.constant({ kind: "presence" as const, entries: [] })),
  ask: wire(fc.constant({ kind: "ask" as const, documents: [document] })),
  standing: wire(fc.constant({ kind: "standing" as const, entries: [undefined] })),
  "ask-about": just({ kind: "ask-about", documents: [document] }),
  "looked-up": just({ kind: "looked-up", entries: [undefined] }),
  "refuse-writes": just({ kind: "refuse-writes", documents: [document] }),
  expiring: wire(fc.constant({ kind: "expiring" as const, inMs: 5 })),
  renew: wire(fc.constant({ kind: "renew" as const })),
  "expires-soon": just({ kind: "expires-soon", inMs: 5 }),
  credentials: just({ kind: "credentials", credentials: undefined }),
  "no-credentials": just({ kind: "no-credentials" }),
  "ask-again": just({ kind: "ask-again" }),
  readmitted: fc
    .constantFrom(undefined, "regrant" as const, "unauthorized" as const, "expired" as const)
    .map(reason => ({ kind: "readmitted", closed: reason && { reason, message: "" } })),
  started: just({ kind: "started" }),
  prepared: byte.map(value => ({ kind: "prepared", hello: hello("a", value) })),
  refused: just({ kind: "refused", closed: { reason: "unauthorized", message: "" } }),
  "units-ready": byte.map(value => ({ kind: "units-ready", units: units(value) })),
  "cursor-checked": fc.boolean().map(valid => ({ kind: "cursor-checked", valid })),
  work: just({ kind: "work" }),
  offer: content.map(bytes => ({ kind: "offer", payload: { kind: "commits", bytes } })),
  drained: just({ kind: "drained", through: 3 }),
  message: messages.map(frame => ({ kind: "message", frame })),
  "found-ready": findings.map(frame => ({ kind: "found-ready", frame })),
  "found-done": just({ kind: "found-done" }),
  wants: just({ kind: "wants", entries: [] }),
  "wants-done": small.map(count => ({ kind: "wants-done", count })),
  applied: fc
    .record({ payloads: fc.constant(1), frameBytes: fc.constant(500) })
    .map(counts => ({ kind: "applied", ...counts, rejections: [], wants: [] })),
  "root-ready": byte.map(value => ({ kind: "root-ready", root: root(value), end })),
  "root-stale": just({ kind: "root-stale" }),
  deadline: just({ kind: "deadline" }),
  settle: just({ kind: "settle" }),
  retry: just({ kind: "retry" }),
  stall: just({ kind: "stall" }),
  quiet: just({ kind: "quiet" }),
  silent: just({ kind: "silent" }),
  mute: just({ kind: "mute" }),
  broken: just({ kind: "broken", closed }),
  lost: just({ kind: "lost", closed }),
  failed: just({ kind: "failed", message: "" }),
  "close-requested": just({ kind: "close-requested", closed }),
  "sync-requested": just({ kind: "sync-requested" })
}

const anyEvent = fc.oneof(...Object.values(events))
/** Events that keep a link going, so that runs get deep. */
const usual = fc.oneof(
  events["units-ready"],
  events.roots,
  events.work,
  events.offer,
  events.drained,
  events.applied,
  events.commits,
  events.ack,
  events.idle,
  events.settle,
  events["root-ready"],
  events["sync-requested"],
  events.reconcile,
  events.found,
  events.answered,
  events["found-ready"],
  events["found-done"]
)
/** What leads from a comparison to an idle point, in that order more or less. */
const resting: readonly EventKind[] = [
  "units-ready",
  "roots",
  "drained",
  "applied",
  "ack",
  "settle",
  "root-ready",
  "idle"
]
/** A reconciliation, after roots that differ. */
const talking: readonly EventKind[] = [
  "units-ready",
  "roots",
  "reconcile",
  "message",
  "reconcile",
  "found",
  "found-ready",
  "answered",
  "found-done"
]
/** Payloads of all sizes, one after the other. */
const shipping: readonly EventKind[] = ["work", "offer", "offer", "credit", "offer", "credit", "ack"]
const opening: { readonly [R in SyncRole]: readonly EventKind[] } = {
  dialer: ["started", "prepared", "hello"],
  acceptor: ["started", "hello", "prepared"]
}
const rest = fc.tuple(...resting.map(kind => events[kind]))
const talk = fc.tuple(...talking.map(kind => events[kind]))
const ship = fc.tuple(...shipping.map(kind => events[kind]))
const one = (event: fc.Arbitrary<SyncEvent>) => event.map(only => [only])
const stretches = fc.array(
  fc.oneof(
    { weight: 20, arbitrary: one(usual) },
    { weight: 1, arbitrary: one(anyEvent) },
    { weight: 10, arbitrary: rest },
    { weight: 10, arbitrary: talk },
    { weight: 10, arbitrary: ship }
  ),
  { maxLength: 30 }
)
const run = fc.constantFrom<SyncRole>("dialer", "acceptor").chain(role =>
  fc.record({
    role: fc.constant(role),
    list: fc
      .tuple(fc.tuple(...opening[role].map(kind => events[kind])), stretches)
      .map(([first, then]) => [...first, ...then.flat()])
  })
)

/** What can be believed of any run, checked after every event. */
class Observer {
  credit = 4096
  idleFrames = 0
  messages = 0
  findings = 0
  /** What of a payload is still to go out. */
  left = 0
  overtook = 0
  readonly received = { payloads: 0, acked: 0 }
  readonly phases = new Set<Phase>()

  see(before: SyncState, event: SyncEvent, after: SyncState, effects: readonly SyncEffect[]): void {
    this.phases.add(after.phase)
    if (before.phase === "closed") assertEqual([after.phase, effects], ["closed", []], "effects once closed")
    if (event.kind === "credit" && after.phase !== "closed") this.credit += event.frame.bytes
    for (const effect of effects) {
      if (effect.kind === "send") this.#sent(before, after, effect.frame)
      if (effect.kind === "deliver") this.received.payloads++
      if (effect.kind === "close") assertEqual(after.phase, "closed", "phase after closing")
    }
    assertThat(after.incoming.window >= 0, "a window below zero")
    const granted = after.incoming.window + after.incoming.owed + after.incoming.held
    assertThat(granted <= limits.windowBytes + 500 * after.incoming.applied, "credit given back twice")
    assertThat(after.round.foundIn.length <= maxFoundInFlight, "findings unanswered")
    if (event.kind === "reconcile" && effects.some(({ kind }) => kind === "take-message")) this.messages++
    if (event.kind === "found" && effects.some(({ kind }) => kind === "take-found")) this.findings++
  }

  #inOrder(frame: Extract<Frame, { readonly kind: "commits" | "snapshot" | "chunk" }>): void {
    if (frame.kind === "chunk") this.left -= frame.bytes.length
    else if (this.left === 0) this.left = frame.total - frame.bytes.length
    else {
      assertEqual(frame.total, frame.bytes.length, "what came between the chunks of another")
      this.overtook++
    }
  }

  #sent(before: SyncState, after: SyncState, frame: Frame): void {
    if (before.phase === "greeting" && before.role === "acceptor")
      assertEqual(frame.kind, "close", "first word of an acceptor")
    if ("bytes" in frame && frame.kind !== "credit") {
      this.credit -= frame.bytes.length + frameCharge
      assertThat(this.credit >= 0, "credit overdrawn")
      assertThat(frame.bytes.length < 8192, "frame above the limit")
      this.#inOrder(frame)
    }
    if (frame.kind === "ack") {
      assertThat(frame.payloads >= this.received.acked, "acknowledgement went back")
      this.received.acked = frame.payloads
    }
    if (frame.kind === "idle") {
      assertEqual(this.left, 0, "idle with a payload half out")
      this.idleFrames++
      assertEqual(before.outgoing.acked, before.outgoing.sent, "idle with something unacknowledged")
      assertEqual(before.incoming.applied, before.incoming.received, "idle with something not durable")
      assertEqual(
        [frame.sent, frame.applied],
        [after.outgoing.sent, after.incoming.applied],
        "counts of an idle frame"
      )
    }
  }
}

/** An honest runner reports each delivered payload as applied once, and answers `pump` only when asked. */
function plausible(state: SyncState, event: SyncEvent): boolean {
  if (event.kind === "applied") return state.incoming.applied < state.incoming.received
  if (event.kind === "found-ready") return state.round.foundOut.length < maxFoundInFlight
  if (event.kind === "offer" || event.kind === "drained")
    return state.outgoing.pump === "asked" && state.outgoing.front === undefined
  return true
}

/** What an honest peer would have sent in place of this; keeps most runs from ending early. */
function honest(state: SyncState, event: SyncEvent): SyncEvent {
  const { incoming, outgoing, idle, round } = state
  if (event.kind === "ack") return { ...event, frame: { ...event.frame, payloads: outgoing.sent } }
  if (event.kind === "roots") return { ...event, frame: { ...event.frame, round: round.number, more: false } }
  const nothing: SyncEvent = { kind: "pong", frame: { kind: "pong" }, size: 1 }
  const used = outgoing.maxCredit - outgoing.credit
  if (event.kind === "credit")
    return used === 0 ? nothing : { ...event, frame: { ...event.frame, bytes: used } }
  if (event.kind === "commits" && incoming.window < 2_000) return nothing
  if (event.kind === "answered" && round.foundOut.length === 0) return nothing
  const talks = round.ours !== undefined && round.theirsDone && (round.units?.length ?? 0) > 0
  if ((event.kind === "reconcile" || event.kind === "found") && !talks) return nothing
  if (event.kind === "reconcile") {
    const isBegin = state.role === "acceptor" && event.frame.step === "begin"
    return { ...event, frame: { ...event.frame, unit: 0, step: isBegin ? "begin" : "next" } }
  }
  if (event.kind === "found" && round.foundIn.length === maxFoundInFlight) return nothing
  if (event.kind === "found") return { ...event, frame: { ...event.frame, unit: 0 } }
  if (event.kind !== "idle") return event
  const counts = {
    number: idle.seen + 1,
    seen: idle.count,
    sent: incoming.received,
    applied: outgoing.sent,
    round: round.number
  }
  return { ...event, frame: { ...event.frame, ...counts } }
}

function drive(role: SyncRole, list: readonly SyncEvent[], isHonest = false): Observer {
  const observer = new Observer()
  let state = initialSyncState(role, limits)
  for (const raw of list) {
    const event = isHonest ? honest(state, raw) : raw
    if (!plausible(state, event)) continue
    const { state: next, effects } = transition(state, event)
    observer.see(state, event, next, effects)
    state = next
  }
  return observer
}

describe("sync machine", () => {
  it("[SY10] no sequence of events throws or breaks credit, acknowledgement, finding or idle rules", () => {
    const reached = new Set<Phase>()
    let [idleFrames, taken, found, overtook] = [0, 0, 0, 0]
    fc.assert(
      fc.property(run, fc.boolean(), ({ role, list }, isHonest) => {
        const observer = drive(role, list, isHonest)
        for (const phase of observer.phases) reached.add(phase)
        idleFrames += observer.idleFrames
        taken += observer.messages
        found += observer.findings
        overtook += observer.overtook
      }),
      { numRuns: 3000 }
    )
    expect(Math.min(idleFrames, taken, found, overtook)).toBeGreaterThan(50)
    expect(reached).toEqual(new Set(Object.keys(transitionTable)))
  })

  it("[SY11] any event in the very first state is survived", () => {
    fc.assert(
      fc.property(
        fc.constantFrom<SyncRole>("dialer", "acceptor"),
        fc.array(anyEvent, { maxLength: 10 }),
        (role, list) => {
          drive(role, list)
        }
      )
    )
  })

  it("[SY12] closed is the end: nothing has an effect any more", () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 20 }), list => {
        const over = { ...initialSyncState("dialer", limits), phase: "closed" } as const
        for (const event of list)
          expect(transition(over, event)).toMatchObject({ state: { phase: "closed" }, effects: [] })
      })
    )
  })

  it.each(["greeting", "admitting", "comparing", "catching-up", "live"] as const)(
    "[SY13] a second hello, or one out of place, ends %s unless it is awaited",
    phase => {
      const state = { ...initialSyncState("dialer", limits), phase, ours: hello("a", 0) }
      const { state: after } = transition(state, { kind: "hello", frame: hello("b", 1), size: 100 })
      expect(after.phase).toBe(phase === "greeting" ? "comparing" : "closed")
    }
  )

  it("[SY14] equal roots in the hellos make the link live with no further frame", () => {
    const state = { ...initialSyncState("dialer", limits), ours: hello("a", 7) }
    const { state: after, effects } = transition(state, { kind: "hello", frame: hello("b", 7), size: 100 })
    expect(after.phase).toBe("live")
    expect(effects.filter(({ kind }) => kind === "send")).toEqual([])
  })
})
