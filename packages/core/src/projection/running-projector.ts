import { isSynclineError } from "@syncline/clock"
import type { DocumentId } from "../document/document-id.ts"
import { coreError } from "../errors/core-error.ts"
import { answerInTime } from "./answer-in-time.ts"
import { firstBatchSize, nextBatchSize } from "./batch-size.ts"
import { FailureLog } from "./failure-log.ts"
import { LeaseKeeper } from "./lease-keeper.ts"
import { openSession } from "./open-session.ts"
import type { ParkedDocument, ParkedDocuments } from "./parked-documents.ts"
import { PositionWaiters } from "./position-waiters.ts"
import { ProjectionStep } from "./projection-step.ts"
import { ProjectorMeasure } from "./projector-measure.ts"
import type { ProjectionSource } from "./projection-source.ts"
import type { ProjectedOptions, ProjectorStatus } from "./projector-status.ts"
import {
  initialProjectorState,
  nextProjectorState,
  type ProjectorEffect,
  type ProjectorEvent,
  type ProjectorState
} from "./projector-machine.ts"
import {
  type ProjectionStrategy,
  type ProjectorOptions,
  type ProjectorSettings,
  projectorSettings,
  type StrategySettings,
  strategySettings
} from "./projector-options.ts"
import { ProjectorTimer } from "./projector-timer.ts"
import { RetryRequests } from "./retry-requests.ts"
import type { SearchHit, SearchOptions, SearchQuery } from "./search.ts"
import type { Sink, SinkSession } from "./sink.ts"
import { publishedGuarantees, type PublishedGuarantees } from "./published-guarantees.ts"
import { ReconcileTimer } from "./reconcile-timer.ts"
import { reachDocument } from "./reach-document.ts"
import { type ReadOptions, type RecordReading, SinkReader } from "./sink-reader.ts"
import { unlessAborted } from "./unless-aborted.ts"
import { withinDeadline } from "./within-deadline.ts"
import { closedError, type FailureReaction, firstReactionTo, reactionTo } from "./sink-failure.ts"
import { searchSink } from "./sink-search.ts"
import type { TableSearch } from "./table-search.ts"

/** Parked documents in a status: enough to see what they have in common, cheap to ask for often. */
const parkedInStatus = 100

/** The runner beside the state machine: performs its effects. `Projector` says what each member is for. */
export class RunningProjector {
  readonly name: string
  /** As `VerifyTarget.answerMs`. */
  readonly answerMs: number
  readonly #source: ProjectionSource
  readonly #sink: Sink
  readonly #settings: ProjectorSettings
  readonly #waiters = new PositionWaiters()
  readonly #retries = new RetryRequests()
  readonly #closed = Promise.withResolvers<void>()
  /** Fires when it is closed. */
  readonly #ending = new AbortController()
  readonly #firstOpening = Promise.withResolvers<void>()
  readonly #unsubscribe: () => void
  readonly #metrics: ProjectorMeasure
  readonly #failures: FailureLog
  readonly #reader: SinkReader
  readonly #reconciling: ReconcileTimer
  readonly #timer: ProjectorTimer
  readonly #lease: LeaseKeeper | undefined
  #guarantees: PublishedGuarantees | undefined
  #strategy: StrategySettings
  #state: ProjectorState
  #opened = false
  #session: SinkSession | undefined
  #searchable: readonly TableSearch[] | undefined
  #parked: ParkedDocuments | undefined
  #step: ProjectionStep | undefined
  #batchDocuments: number
  /** Written since everything was there. */
  #written = 0
  #released: Promise<void> = Promise.resolve()

  constructor(source: ProjectionSource, sink: Sink, options: ProjectorOptions) {
    this.name = sink.name
    this.#source = source
    this.#sink = sink
    this.#settings = projectorSettings(options)
    this.#strategy = strategySettings(options.strategy)
    this.#state = initialProjectorState(this.#settings.breaker.failures)
    this.#batchDocuments = firstBatchSize(this.#settings.batch)
    this.#metrics = new ProjectorMeasure(source, sink.name)
    const { batch, lease, onEvent } = this.#settings
    this.answerMs = batch.timeoutMs
    this.#reader = new SinkReader(this, this.answerMs, this.#metrics.countingMended(onEvent))
    this.#reconciling = new ReconcileTimer(source.ports.timers, options.reconcile)
    this.#reconciling.set(this.#strategy.everyMs)
    this.#timer = new ProjectorTimer(source.ports, this.#settings, () => this.#dispatch({ type: "timer" }))
    this.#failures = new FailureLog(sink.name, source.ports.logger, onEvent)
    this.#lease = lease && new LeaseKeeper(sink.name, source.ports, lease, this.onLost.bind(this))
    this.#unsubscribe = source.onAppend(() => {
      this.#metrics.grew()
      this.#dispatch({ type: "appended" })
    })
  }

  async start(): Promise<void> {
    this.#perform("open")
    await this.#firstOpening.promise
    if (this.#state.phase !== "failed") return
    const error = this.#failures.stopped
    await this.close()
    throw error
  }

  get session(): SinkSession | undefined {
    return this.#session
  }

  get status(): ProjectorStatus {
    const watermark = this.#session?.watermark
    const lastError = this.#failures.last
    return {
      sink: this.name,
      strategy: this.#strategy.strategy.kind,
      state: this.#state.phase,
      breaker: this.#state.breaker,
      ...(watermark === undefined ? {} : { watermark }),
      lagRecords: this.#source.end.position - (watermark?.position ?? 0),
      lagMs: this.#metrics.lagMs,
      ...(lastError === undefined ? {} : { lastError }),
      attempts: this.#state.attempts,
      batchDocuments: this.#batchDocuments,
      parkedCount: this.#parked?.size ?? 0,
      parked: this.#parked?.list(parkedInStatus) ?? []
    }
  }

  parkedDocument(id: DocumentId): ParkedDocument | undefined {
    return this.#parked?.get(id)
  }

  parkedDocuments(): readonly ParkedDocument[] {
    return this.#parked?.list() ?? []
  }

  async retryParked(ids?: readonly DocumentId[], signal?: AbortSignal): Promise<readonly ParkedDocument[]> {
    if (this.#state.wanted === "close") throw closedError(this.name)
    if (this.#state.phase === "failed") throw this.#failures.stopped
    const retried = this.#retries.add(ids, signal)
    this.#dispatch({ type: "appended" })
    this.#dispatch({ type: "hurry" })
    const tried = await retried
    return tried.map(id => this.parkedDocument(id)).filter(parked => parked !== undefined)
  }

  setStrategy(strategy: ProjectionStrategy): void {
    this.#strategy = strategySettings(strategy)
    this.#reconciling.set(this.#strategy.everyMs)
    // What lingers under the one before goes at once: the pause of the new one has not begun.
    this.#dispatch({ type: "hurry" })
  }

  read(ids: readonly DocumentId[], options: ReadOptions = {}): Promise<readonly RecordReading[]> {
    if (this.#state.wanted === "close") return Promise.reject(closedError(this.name))
    return this.#reader.read(ids, options)
  }

  async flush(signal?: AbortSignal): Promise<void> {
    await unlessAborted(this.#source.settled?.() ?? Promise.resolve(), signal)
    await this.drain(signal)
  }

  get guarantees(): PublishedGuarantees | undefined {
    return this.#guarantees
  }

  async lagDocuments(limit = 1000): Promise<number> {
    return (await this.#source.changedSince(this.#session?.watermark.position ?? 0, limit)).length
  }

  async projected(position: number, options: ProjectedOptions = {}): Promise<void> {
    const { deadlineMs } = this.#strategy
    const { signal, document } = options
    const source = this.#source
    const { timers } = source.ports
    const step = (): ProjectionStep | undefined => this.#step
    const reach = (ending?: AbortSignal): Promise<void> =>
      reachDocument({ source, reach: next => this.#reach(next, ending), step }, document, position)
    const deadline = { sink: this.name, position, timers, signal, lastError: () => this.#failures.last }
    if (deadlineMs === undefined) await reach(signal)
    else await withinDeadline({ ...deadline, deadlineMs }, reach)
    const parked = document === undefined ? undefined : this.parkedDocument(document)
    if (parked !== undefined && parked.position >= position)
      throw coreError("projection-refused", `sink ${this.name}: ${parked.message}`, {
        details: { document: parked.id, path: parked.path }
      })
  }

  drain(signal?: AbortSignal): Promise<void> {
    return this.#reach(this.#source.end.position, signal)
  }

  get searchable(): readonly TableSearch[] | undefined {
    return this.#searchable
  }

  get source(): ProjectionSource {
    return this.#source
  }

  search(query: SearchQuery, options: SearchOptions = {}): Promise<readonly SearchHit[]> {
    return searchSink(this, query, options)
  }

  /** No write will come to find out that an idle sink lost what was in it: it is opened anew, and filled. */
  onLost(session: SinkSession, error: unknown): void {
    if (this.#state.phase === "idle" && this.#session === session) this.#fail(error, "reopen")
  }

  pause(): void {
    this.#dispatch({ type: "pause" })
  }

  resume(): void {
    this.#dispatch({ type: "resume" })
  }

  async close(): Promise<void> {
    this.#unsubscribe()
    this.#metrics.close()
    await Promise.all([this.#reconciling.close(), this.#reader.close()])
    this.#dispatch({ type: "close" })
    this.#ending.abort()
    await this.#closed.promise
    await this.#released
  }

  async #reach(position: number, signal?: AbortSignal): Promise<void> {
    if (this.#session !== undefined && this.#session.watermark.position >= position) return
    if (this.#state.wanted === "close") throw closedError(this.name)
    // Nothing happens any more until somebody steps in: waiting would be for ever.
    if (this.#state.phase === "failed") throw this.#failures.stopped
    const reached = this.#waiters.wait(position, signal)
    this.#dispatch({ type: "hurry" })
    await reached
  }

  #dispatch(event: ProjectorEvent): void {
    const before = this.#state
    const [state, effects] = nextProjectorState(before, event)
    this.#state = state
    for (const effect of effects) this.#perform(effect)
    if (state.phase === "failed") this.#rejectWaiting(this.#failures.stopped)
    if (state.phase === "closed") {
      this.#rejectWaiting(closedError(this.name))
      this.#closed.resolve()
    }
    this.#tell(before, state)
  }

  /** After everything else: a listener may call back. */
  #tell(before: ProjectorState, { phase, breaker }: ProjectorState): void {
    const { onEvent } = this.#settings
    const sink = this.name
    if (breaker !== before.breaker) {
      this.#metrics.breaker(breaker)
      onEvent({ type: "breaker", sink, state: breaker })
    }
    if (phase === "failed" && before.phase !== "failed")
      onEvent({ type: "failed", sink, error: this.#failures.stopped })
    if (phase === "idle" && before.phase === "working" && this.#written > 0) {
      const documents = this.#written
      this.#written = 0
      onEvent({ type: "synced", sink, position: this.#session?.watermark.position ?? 0, documents })
    }
  }

  #rejectWaiting(error: Error): void {
    this.#waiters.rejectAll(error)
    this.#retries.rejectAll(error)
  }

  #perform(effect: ProjectorEffect): void {
    const isAttempt = effect === "open" || effect === "step" || effect === "probe"
    if (isAttempt && this.#state.attempts > 0) this.#metrics.retried()
    switch (effect) {
      case "open":
        return void this.#open()
      case "step":
        return void this.#work(this.#batchDocuments)
      case "probe":
        return void this.#work(1)
      case "start-linger":
        return this.#timer.start(this.#strategy.lingerMs)
      case "start-backoff":
        return this.#timer.startBackoff()
      case "start-standby":
        return this.#timer.startStandby(this.#lease?.ttlMs ?? this.#settings.breaker.restMs)
      case "start-rest":
        return this.#timer.startRest()
      case "cancel-timer":
        return this.#timer.cancel()
      case "release":
        this.#release()
    }
  }

  async #open(): Promise<void> {
    try {
      await this.#released
      const { sealKey, batch } = this.#settings
      const opening = { sealKey, lease: this.#lease, timeoutMs: batch.timeoutMs }
      const { session, parked, searchable, isProven } = await openSession(this.#sink, this.#source, opening)
      this.#session = session
      this.#lease?.keep(session)
      this.#guarantees = publishedGuarantees(session.guarantees)
      this.#searchable = searchable
      this.#parked = parked
      this.#step = new ProjectionStep({
        source: this.#source,
        session,
        parked,
        sink: this.name,
        maxBytes: batch.bytes,
        timeoutMs: batch.timeoutMs,
        ending: this.#ending.signal,
        onParked: ({ id }, cause) => this.#failures.parked(id, cause)
      })
      this.#metrics.grew()
      this.#reached(session.watermark.position)
      this.#dispatch({ type: "opened" })
      if (!isProven) this.#reconciling.soon()
    } catch (error) {
      this.#fail(error, this.#opened ? reactionTo(error) : firstReactionTo(error))
    }
    this.#opened = true
    this.#firstOpening.resolve()
  }

  async #work(documents: number): Promise<void> {
    const { batch } = this.#settings
    try {
      if (this.#step === undefined) throw closedError(this.name)
      const retried = await this.#retries.perform(this.#parked, this.#step)
      this.#metrics.written(retried)
      const run = await this.#step.run(documents)
      const isFull = run.isFull && documents === this.#batchDocuments
      this.#batchDocuments = nextBatchSize(
        this.#batchDocuments,
        { kind: "applied", isFull, tookMs: run.tookMs },
        batch
      )
      this.#written += retried + run.documents
      this.#timer.wentWell()
      this.#failures.wentWell()
      this.#metrics.batch(run.documents, run.tookMs, this.#parked?.size ?? 0)
      this.#reached(this.#session?.watermark.position ?? 0)
      this.#dispatch({ type: "stepped", more: run.more })
      const isWaitedFor = this.#waiters.hasAny || this.#retries.hasAny
      // Idle, it has done all it can: it would go round for ever.
      if (isWaitedFor && this.#state.phase !== "idle") this.#dispatch({ type: "hurry" })
    } catch (error) {
      // Given up for closing: no failure of the sink's.
      if (this.#ending.signal.aborted && isSynclineError(error, "aborted"))
        return this.#dispatch({ type: "stepped", more: true })
      this.#batchDocuments = nextBatchSize(this.#batchDocuments, { kind: "failed" }, batch)
      this.#fail(error, reactionTo(error))
    }
  }

  #reached(position: number): void {
    this.#metrics.reached(position)
    this.#waiters.reach(position)
  }

  #fail(cause: unknown, reaction: FailureReaction): void {
    this.#failures.add(cause, reaction)
    if (reaction !== "standby") this.#metrics.failed(this.#session?.watermark.position)
    this.#dispatch({ type: "failed", reaction })
  }

  #release(): void {
    const session = this.#session
    this.#session = undefined
    this.#step = undefined
    if (session === undefined) return
    const { timers } = this.#source.ports
    // A sink that hangs may hang in closing, too, and is to be opened again all the same.
    const closed = answerInTime(this.#closeSession(session), this.name, this.answerMs, timers)
    this.#released = closed.catch(error => this.#failures.warn("it did not close cleanly", error))
  }

  async #closeSession(session: SinkSession): Promise<void> {
    // What cannot be given back runs out.
    await this.#lease
      ?.release(session)
      .catch(error => this.#failures.warn("its lease was not given back", error))
    await session.close()
  }
}
