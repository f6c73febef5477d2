import { isSynclineError } from "@syncline/clock"
import type { DocumentId } from "../document/document-id.ts"
import { coreError } from "../errors/core-error.ts"
import { backoffDelayMs } from "./backoff-delay.ts"
import { openSession } from "./open-session.ts"
import type { ParkedDocument, ParkedDocuments } from "./parked-documents.ts"
import { PositionWaiters } from "./position-waiters.ts"
import { ProjectionStep } from "./projection-step.ts"
import type { ProjectionSource } from "./projection-source.ts"
import type { ProjectedOptions, ProjectorStatus } from "./projector-status.ts"
import {
  initialProjectorState,
  nextProjectorState,
  type ProjectorEffect,
  type ProjectorEvent
} from "./projector-machine.ts"
import { type ProjectorOptions, type ProjectorSettings, projectorSettings } from "./projector-options.ts"
import { chooseSearch } from "./choose-search.ts"
import type { SearchHit, SearchOptions, SearchQuery } from "./search.ts"
import type { Sink, SinkSession } from "./sink.ts"
import type { SearchPlace, TableSearch } from "./table-search.ts"
import { unreachableSink } from "./unreachable-sink.ts"
import { unlessAborted } from "./unless-aborted.ts"
import type { VectorMatch, VectorQuery } from "./vector-query.ts"

/** The runner beside the state machine: performs its effects. `Projector` says what each member is for. */
export class RunningProjector {
  readonly name: string
  readonly #source: ProjectionSource
  readonly #sink: Sink
  readonly #settings: ProjectorSettings
  readonly #waiters = new PositionWaiters()
  readonly #closed = Promise.withResolvers<void>()
  readonly #firstOpening = Promise.withResolvers<void>()
  readonly #unsubscribe: () => void
  #state = initialProjectorState
  #opened = false
  #session: SinkSession | undefined
  #searchable: readonly TableSearch[] | undefined
  #parked: ParkedDocuments | undefined
  #step: ProjectionStep | undefined
  #lastError: Error | undefined
  #cancelTimer = (): void => {}
  #released: Promise<void> = Promise.resolve()

  constructor(source: ProjectionSource, sink: Sink, options: ProjectorOptions) {
    this.name = sink.name
    this.#source = source
    this.#sink = sink
    this.#settings = projectorSettings(options)
    this.#unsubscribe = source.onAppend(() => this.#dispatch({ type: "appended" }))
  }

  async start(): Promise<void> {
    this.#perform("open")
    await this.#firstOpening.promise
    if (this.#state.phase !== "failed") return
    const error = this.#lastError ?? closedError(this.name)
    await this.close()
    throw error
  }

  get session(): SinkSession | undefined {
    return this.#session
  }

  get status(): ProjectorStatus {
    const watermark = this.#session?.watermark
    return {
      sink: this.name,
      strategy: this.#settings.strategy.kind,
      state: this.#state.phase,
      ...(watermark === undefined ? {} : { watermark }),
      lagRecords: this.#source.end.position - (watermark?.position ?? 0),
      ...(this.#lastError === undefined ? {} : { lastError: this.#lastError }),
      attempts: this.#state.attempts,
      parked: this.#parked?.list ?? []
    }
  }

  parkedDocument(id: DocumentId): ParkedDocument | undefined {
    return this.#parked?.get(id)
  }

  async lagDocuments(limit = 1000): Promise<number> {
    return (await this.#source.changedSince(this.#session?.watermark.position ?? 0, limit)).length
  }

  async projected(position: number, options: ProjectedOptions = {}): Promise<void> {
    const { deadlineMs } = this.#settings
    if (deadlineMs === undefined) await this.#reach(position, options.signal)
    else await this.#reachInTime(position, deadlineMs, options.signal)
    const parked = options.document === undefined ? undefined : this.parkedDocument(options.document)
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

  async search(query: SearchQuery, options: SearchOptions = {}): Promise<readonly SearchHit[]> {
    const { table } = chooseSearch([this], options)
    return unlessAborted(table.search(this.#searchPlace(), query, options), options.signal)
  }

  pause(): void {
    this.#dispatch({ type: "pause" })
  }

  resume(): void {
    this.#dispatch({ type: "resume" })
  }

  async close(): Promise<void> {
    this.#unsubscribe()
    this.#dispatch({ type: "close" })
    await this.#closed.promise
    await this.#released
  }

  #searchPlace(): SearchPlace {
    const session = (): SinkSession | undefined => this.#session
    return {
      sink: this.name,
      source: this.#source,
      get inForce() {
        return session()
      },
      nearest: query => this.#nearest(query),
      drain: signal => this.drain(signal)
    }
  }

  async #nearest(query: VectorQuery): Promise<readonly VectorMatch[]> {
    const session = this.#session
    if (session?.nearest !== undefined)
      return session.nearest(query).catch(error => this.#lost(session, error))
    if (session === undefined) throw unreachableSink(this, "search again when it can")
    throw coreError(
      "sink-failed",
      `sink ${this.name} does not search; use one that does, for instance sqliteVecSink`
    )
  }

  /** What was in an idle sink is gone, and no write will come to find out: it is opened anew, and filled. */
  #lost(session: SinkSession, error: unknown): never {
    const isIdle = this.#state.phase === "idle" && this.#session === session
    if (isIdle && isSynclineError(error, "sink-fenced")) this.#fail(error, "reopen")
    throw error
  }

  async #reach(position: number, signal?: AbortSignal): Promise<void> {
    if (this.#session !== undefined && this.#session.watermark.position >= position) return
    if (this.#state.wanted === "close") throw closedError(this.name)
    // Nothing happens any more until somebody steps in: waiting would be for ever.
    if (this.#state.phase === "failed") throw this.#stopped()
    const reached = this.#waiters.wait(position, signal)
    this.#dispatch({ type: "hurry" })
    await reached
  }

  async #reachInTime(position: number, deadlineMs: number, signal?: AbortSignal): Promise<void> {
    const abort = new AbortController()
    const late = this.#source.ports.timers.schedule(deadlineMs, () => abort.abort())
    try {
      await this.#reach(
        position,
        signal === undefined ? abort.signal : AbortSignal.any([signal, abort.signal])
      )
    } catch (error) {
      if (signal?.aborted === true || !isSynclineError(error, "aborted")) throw error
      throw coreError(
        "projection-pending",
        `sink ${this.name} did not confirm within ${deadlineMs} ms; the commit is durable and will be projected`,
        {
          details: { sink: this.name, position },
          ...(this.#lastError === undefined ? {} : { cause: this.#lastError })
        }
      )
    } finally {
      late()
    }
  }

  #dispatch(event: ProjectorEvent): void {
    const [state, effects] = nextProjectorState(this.#state, event)
    this.#state = state
    for (const effect of effects) this.#perform(effect)
    if (state.phase === "failed") this.#waiters.rejectAll(this.#stopped())
    if (state.phase === "closed") {
      this.#waiters.rejectAll(closedError(this.name))
      this.#closed.resolve()
    }
  }

  #perform(effect: ProjectorEffect): void {
    switch (effect) {
      case "open":
        void this.#open()
        return
      case "step":
        void this.#work()
        return
      case "start-linger":
        this.#startTimer(this.#settings.lingerMs)
        return
      case "start-backoff":
        this.#startTimer(
          backoffDelayMs(this.#state.attempts, this.#settings.backoff, this.#source.ports.random)
        )
        return
      case "cancel-timer":
        this.#cancelTimer()
        return
      case "release":
        this.#release()
    }
  }

  #startTimer(delayMs: number): void {
    const { timers } = this.#source.ports
    let live = true
    const fire = (): void => {
      if (live) this.#dispatch({ type: "timer" })
    }
    // Nothing to gather: the end of this tick is soon enough, and a timer's millisecond would be waited for.
    const cancel = delayMs === 0 ? timers.microtask(fire) : timers.schedule(delayMs, fire)
    this.#cancelTimer = () => {
      live = false
      cancel?.()
    }
  }

  async #open(): Promise<void> {
    try {
      await this.#released
      const { sealKey } = this.#settings
      const { session, parked, searchable } = await openSession(this.#sink, this.#source, sealKey)
      this.#session = session
      this.#searchable = searchable
      this.#parked = parked
      this.#step = new ProjectionStep(this.#source, session, parked, this.#settings.batch)
      this.#waiters.reach(session.watermark.position)
      this.#dispatch({ type: "opened" })
    } catch (error) {
      this.#fail(error, this.#opened ? reactionTo(error) : firstReactionTo(error))
    }
    this.#opened = true
    this.#firstOpening.resolve()
  }

  async #work(): Promise<void> {
    try {
      const more = (await this.#step?.run()) ?? false
      if (this.#lastError !== undefined) this.#settings.onFailing(undefined)
      this.#lastError = undefined
      this.#waiters.reach(this.#session?.watermark.position ?? 0)
      this.#dispatch({ type: "stepped", more })
    } catch (error) {
      this.#fail(error, reactionTo(error))
    }
  }

  #stopped(): Error {
    return this.#lastError ?? closedError(this.name)
  }

  #fail(cause: unknown, reaction: FailureReaction): void {
    const error = cause instanceof Error ? cause : new Error(String(cause))
    if (this.#lastError === undefined) this.#settings.onFailing(error)
    this.#lastError = error
    this.#source.ports.logger.warn(`sink ${this.name}: ${error.message}`, { sink: this.name, error })
    this.#dispatch({ type: "failed", reaction })
  }

  #release(): void {
    const session = this.#session
    this.#session = undefined
    this.#step = undefined
    this.#released =
      session === undefined ? Promise.resolve() : session.close().catch(error => this.#warnClosing(error))
  }

  #warnClosing(error: unknown): void {
    this.#source.ports.logger.warn(`sink ${this.name} did not close cleanly`, { sink: this.name, error })
  }
}

type FailureReaction = "retry" | "reopen" | "stop"

/** What does not pass by itself is a matter of configuration when it meets us first: the application must hear of it. */
function firstReactionTo(error: unknown): FailureReaction {
  return isSynclineError(error) && !passingCodes.includes(error.code) ? "stop" : "retry"
}

/** Passing, or for somebody else to mend: an application opens without its sink. */
const passingCodes: readonly string[] = ["sink-failed", "sink-unauthorized", "sink-fenced"]

const lastingCodes: readonly string[] = ["sink-foreign", "store-newer", "projection-invalid"]

function reactionTo(error: unknown): FailureReaction {
  if (isSynclineError(error, "sink-fenced")) return "reopen"
  return isSynclineError(error) && lastingCodes.includes(error.code) ? "stop" : "retry"
}

function closedError(sink: string): Error {
  return coreError("replica-closed", `sink ${sink}: the replica was closed; open it again, nothing is lost`)
}
