import { isSynclineError } from "@syncline/clock"
import type { DocumentId } from "../document/document-id.ts"
import type { LogEnd } from "../store/store.ts"
import type { FoundWork } from "./exchange-job.ts"
import { ExchangeJob } from "./exchange-job.ts"
import type { PartialClaim, VersionsEntry } from "./frame.ts"
import type { Gate } from "./link-grant.ts"
import type { LogSegment } from "./log-queue.ts"
import { LogQueue } from "./log-queue.ts"
import type { BatchMarks } from "./outgoing-batch.ts"
import { OutgoingBatch } from "./outgoing-batch.ts"
import type { OutgoingPlan } from "./sync-effect.ts"
import type { SyncHost } from "./sync-host.ts"
import { OpenWants } from "./open-wants.ts"
import { Pacer } from "./pacer.ts"
import type { SyncLimits } from "./sync-limits.ts"
import { unitOf } from "./sync-scope.ts"
import type { OutgoingPayload } from "./sync-state.ts"

/** Documents read from the log at a time. */
const pageLimit = 64

/** Commits received from the peer itself after which it is told that its cursor may move over them. */
const skipsWorthTelling = 2_000

/** What the sending side tells the session. */
export interface OutgoingListener {
  onWork(): void
  onFoundDone(): void
  /** Documents the peer has more of. */
  onWants(entries: readonly VersionsEntry[]): void
  onWantsDone(count: number): void
  /** The peer found that it has something of these documents that it may not write. */
  onRefused(documents: readonly DocumentId[]): void
  /** Something of a document is here that the peer may not get from us, or does not take. */
  onWithheld(document: DocumentId): void
  /** A document could not be sent; the others go on. */
  onUnsendable(document: DocumentId, reason: "too-large" | "unreadable", message: string): void
  /** Breaks the protocol. */
  onViolation(message: string): void
}

/** Answer to `next`: a payload, or nothing left as of a position of our log. */
export type OutgoingItem = OutgoingPayload | { readonly kind: "drained"; readonly through: number }

type CursorPlan = Extract<OutgoingPlan, { readonly kind: "cursor" }>

/** Everything one connection sends of documents: first what the plan says, then what becomes durable, as it does. */
export class Outgoing {
  readonly #host: SyncHost
  readonly #origin: object
  readonly #limits: SyncLimits
  readonly #listener: OutgoingListener
  readonly #items: AsyncGenerator<OutgoingItem, void>
  #queue: LogQueue
  #unsubscribe: () => void = () => {}
  #batch: OutgoingBatch | undefined
  #gate: Gate | undefined
  #through: LogEnd
  #catchUp: CursorPlan | undefined
  /** Where the log ended when the hello was made. */
  #greetedAt = 0
  #job: ExchangeJob | undefined
  /** What was found while a cursor was still being checked, and whether that was all. */
  #early: FoundWork[] = []
  #isEarlyComplete = false
  readonly #wants = new OpenWants()
  readonly #pacer: Pacer
  #skipped = 0
  /** Something could not be sent: the peer's cursor must not move past it. */
  #incomplete = false
  #wake: () => void = () => {}
  #stopped = false

  constructor(host: SyncHost, origin: object, limits: SyncLimits, listener: OutgoingListener) {
    this.#host = host
    this.#origin = origin
    this.#limits = limits
    this.#listener = listener
    this.#through = host.end
    this.#queue = new LogQueue(origin, host.end.position, limits.maxQueuedBytes)
    this.#pacer = new Pacer(host.ports.timers, limits.batchIntervalMs, () => this.#notify())
    this.#items = this.#run()
  }

  /** From here on everything that becomes durable is queued. Returns the end of the log at this moment. */
  start(): LogEnd {
    const { end } = this.#host
    // Nobody would unsubscribe any more.
    if (this.#stopped) return end
    this.#through = end
    this.#greetedAt = end.position
    this.#queue = new LogQueue(this.#origin, end.position, this.#limits.maxQueuedBytes)
    this.#unsubscribe = this.#host.onDurable(group => {
      if (!this.#queue.add(group)) return
      // What came from the peer itself is not sent, and makes nothing else wait.
      if (group.origin === this.#origin) this.#notify()
      else this.#pacer.touch()
    })
    return end
  }

  /** What to send first. Called once a round. */
  plan(
    plan: OutgoingPlan,
    gate: Gate,
    peer: {
      readonly maxPayloadBytes: number
      readonly smallBytes: number
      readonly partial: PartialClaim | undefined
    }
  ): void {
    this.#gate = gate
    this.#batch ??= new OutgoingBatch({
      ...peer,
      batchBytes: this.#limits.batchBytes,
      onTooLarge: (document, bytes) =>
        this.#giveUp(
          document,
          "too-large",
          `${bytes} bytes, more than the ${peer.maxPayloadBytes} the peer takes`
        )
    })
    if (plan.kind === "cursor") {
      this.#catchUp = plan
      this.#queue.prepend(plan.cursor.position)
    }
    if (plan.kind !== "tail") this.#beginJob(plan, gate)
    this.#wake()
  }

  /** Something the peer found to differ. */
  found(work: FoundWork): void {
    if (this.#job === undefined) this.#early.push(work)
    else this.#job.offer(work)
    this.#notify()
  }

  /** Nothing more will be found in this round. */
  exchanged(): void {
    if (this.#job === undefined) this.#isEarlyComplete = true
    else this.#job.complete()
    this.#notify()
  }

  /** The peer lacks what our commits of these documents build on. */
  want(entries: readonly VersionsEntry[]): void {
    this.#wants.add(entries)
    this.#notify()
  }

  /** Does not wait for what else might come. */
  flush(): void {
    this.#pacer.flush()
  }

  /** The oldest payload that others could overtake is out. */
  bulkSent(): void {
    this.#batch?.bulkSent()
    this.#notify()
  }

  /** The log reaches further than what was announced. */
  extend(end: LogEnd): void {
    this.#queue.extend(end.position)
    this.#notify()
  }

  /** The next thing to send. Waits only while versions of the peer are still to come. Not to be called concurrently. */
  async next(): Promise<OutgoingItem> {
    const { value } = await this.#items.next()
    return value ?? { kind: "drained", through: this.#through.position }
  }

  stop(): void {
    this.#stopped = true
    this.#unsubscribe()
    this.#pacer.stop()
    this.#wake()
  }

  #beginJob(plan: Exclude<OutgoingPlan, { readonly kind: "tail" }>, gate: Gate): void {
    const options =
      plan.kind === "exchange" ? { whole: plan.whole } : { whole: [], cursor: plan.cursor.position }
    const job = new ExchangeJob(this.#host, this.#limits.pageEntries, gate, options)
    for (const work of this.#early.splice(0)) job.offer(work)
    if (this.#isEarlyComplete) job.complete()
    this.#isEarlyComplete = false
    this.#job = job
  }

  #notify(): void {
    this.#wake()
    this.#listener.onWork()
  }

  async *#run(): AsyncGenerator<OutgoingItem, void> {
    while (!this.#stopped) {
      const batch = this.#batch
      if (batch?.isDue === true) yield* batch.flush({})
      else if (batch !== undefined && batch.lateBytes > this.#limits.maxQueuedBytes) await this.#untilWoken()
      else if (batch !== undefined && this.#wants.size > 0) yield* this.#serveWants(batch)
      else if (batch !== undefined && (this.#job?.blocks === true || this.#job?.hasWork === true))
        yield* this.#exchange(batch, this.#job)
      else if (batch !== undefined && this.#queue.next !== undefined) yield* this.#readQueue(batch)
      else yield { kind: "drained", through: this.#through.position }
    }
  }

  async *#serveWants(batch: OutgoingBatch): AsyncGenerator<OutgoingPayload> {
    const { entries, times } = this.#wants.take(pageLimit)
    let isSent = false
    for (const { document, version } of entries)
      for await (const payload of this.#sendDelta(batch, document, { version })) {
        isSent = true
        yield payload
      }
    const isInVain = !isSent && batch.isEmpty
    yield* batch.flush({})
    this.#listener.onWantsDone(times)
    // Of what is sent the peer pays with credit; looking up what it has already would keep everything else waiting.
    if (isInVain) await new Promise<void>(resolve => this.#host.ports.timers.schedule(0, resolve))
  }

  async *#exchange(batch: OutgoingBatch, job: ExchangeJob): AsyncGenerator<OutgoingPayload> {
    const share = await this.#nextShare(job)
    if (share === undefined) return
    if (share === "waiting") {
      yield* batch.flush({})
      // Woken by what is found, by a want, or by the end.
      if (!job.hasWork && !job.isOver && this.#wants.size === 0 && !batch.isDue) await this.#untilWoken()
      return
    }
    if (share === "done") {
      if (this.#job === job) this.#job = undefined
      if (job.blocks) yield* batch.flush(this.#marks(this.#through))
      return
    }
    for (const { document, ...known } of share.documents) yield* this.#sendDelta(batch, document, known)
    if (share.wants.length > 0) this.#listener.onWants(share.wants)
    if (share.refused.length > 0) this.#listener.onRefused(share.refused)
    if (share.endsFound) this.#listener.onFoundDone()
  }

  async #untilWoken(): Promise<void> {
    if (!this.#stopped) await new Promise<void>(resolve => (this.#wake = resolve))
  }

  async #nextShare(job: ExchangeJob): Promise<Awaited<ReturnType<ExchangeJob["next"]>> | undefined> {
    try {
      return await job.next()
    } catch (error) {
      if (!isSynclineError(error) || error.code !== "protocol-violation") throw error
      this.#listener.onViolation(error.message)
      return undefined
    }
  }

  async *#readQueue(batch: OutgoingBatch): AsyncGenerator<OutgoingPayload> {
    const segment = this.#queue.shift()
    if (segment === undefined) return
    if (segment.kind === "unread") yield* this.#readLog(batch, segment)
    else yield* this.#passOn(batch, segment)
  }

  /** Groups held in memory: as many as are there go into one batch. */
  *#passOn(
    batch: OutgoingBatch,
    segment: Exclude<LogSegment, { readonly kind: "unread" }>
  ): Generator<OutgoingPayload> {
    if (segment.kind === "skip") this.#skipped += segment.commits
    else yield* batch.add(segment.commits.filter(({ document }) => this.#sends(document)))
    this.#through = { position: segment.end, hash: segment.hash }
    const more = this.#queue.next !== undefined && this.#queue.next !== "unread"
    if (more || (batch.isEmpty && this.#skipped < skipsWorthTelling)) return
    this.#skipped = 0
    yield* batch.flush(this.#marks(this.#through))
  }

  /** A stretch of the log not held in memory: document by document, in the order of their newest records. */
  async *#readLog(
    batch: OutgoingBatch,
    segment: Extract<LogSegment, { readonly kind: "unread" }>
  ): AsyncGenerator<OutgoingPayload> {
    const catchUp = this.#catchUp
    this.#catchUp = undefined
    let from = Math.max(segment.after, catchUp?.cursor.scanned ?? 0)
    for (;;) {
      const page = await this.#host.changedSince(from, pageLimit)
      for (const { document, position } of page) {
        from = position
        // What was written since then is in no root that was equal.
        if (position <= this.#greetedAt && this.#isEqual(catchUp, document)) continue
        yield* this.#sendDelta(batch, document, { after: segment.after })
      }
      if (page.length < pageLimit) break
      if (catchUp !== undefined) yield* batch.flush(this.#incomplete ? {} : { scanned: from })
    }
    const hash = await this.#host.logHashAt(segment.end)
    this.#through = { position: segment.end, hash: hash ?? this.#through.hash }
    yield* batch.flush(hash === undefined ? {} : this.#marks(this.#through))
  }

  async *#sendDelta(
    batch: OutgoingBatch,
    document: DocumentId,
    known: Parameters<SyncHost["delta"]>[1]
  ): AsyncGenerator<OutgoingPayload> {
    if (!this.#sends(document)) return
    try {
      const delta = await this.#host.delta(document, known)
      // Where we are further on our branch than the peer on its own, nothing else shows that it has something that it may not write.
      if (delta.isElsewhere === true && this.#gate?.takes(document) === false)
        this.#listener.onRefused([document])
      yield* batch.addDelta(document, delta)
    } catch (error) {
      // That says nothing about the document: the connection ends, and the next tries again.
      if (isSynclineError(error, "code-unavailable")) throw error
      this.#giveUp(document, "unreadable", error instanceof Error ? error.message : String(error))
    }
  }

  #sends(document: DocumentId): boolean {
    const sends = this.#gate?.sends(document) === true
    if (!sends) this.#listener.onWithheld(document)
    return sends
  }

  /** Whether roots say already that the peer has the same. */
  #isEqual(catchUp: CursorPlan | undefined, document: DocumentId): boolean {
    const unit =
      catchUp === undefined || this.#gate === undefined ? undefined : unitOf(this.#gate.scope, document)
    return unit !== undefined && catchUp?.equal.has(unit) === true
  }

  #giveUp(document: DocumentId, reason: "too-large" | "unreadable", message: string): void {
    this.#incomplete = true
    this.#listener.onUnsendable(document, reason, message)
  }

  #marks(through: LogEnd): BatchMarks {
    return this.#incomplete ? {} : { through }
  }
}
