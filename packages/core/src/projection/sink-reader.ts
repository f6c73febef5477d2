import { isSynclineError } from "@syncline/clock"
import { classify, type RecordClass } from "../consistency/finding.ts"
import { collectionOf, type DocumentId } from "../document/document-id.ts"
import type { JsonObject } from "../document/json.ts"
import { coreError } from "../errors/core-error.ts"
import { answerInTime } from "./answer-in-time.ts"
import type { ParkedDocument } from "./parked-documents.ts"
import { throwIfAborted } from "./position-waiters.ts"
import { toSinkWrite } from "./projection-step.ts"
import type { DocumentSummary, DurableDocument, ProjectionSource } from "./projection-source.ts"
import type { SinkEvent } from "./sink-event.ts"
import { closedError } from "./sink-failure.ts"
import type { SinkRecord, SinkRepair, SinkSession, SinkWrite } from "./sink.ts"
import { unlessAborted } from "./unless-aborted.ts"
import { unreachableSink } from "./unreachable-sink.ts"

/** How a sink's record of a document stands beside the document. */
export type RecordState =
  | RecordClass
  /** The document is refused; what is there, if anything, is its last state that was not. */
  | "parked"
  /** No record, rightly: there is no such document, or the sink does not take its collection. */
  | "absent"
  /** The sink cannot be reached, so nobody knows. Only with `serve-source`. */
  | "unknown"

/** What to do about records that are not as their documents. All modes mend them. */
export type ReadMode =
  /** Says so, and mends them afterwards: whoever reads the rows knows which are old. */
  | "serve-stale"
  /** Gives the documents' values in their place, and mends them afterwards. Works while the sink is down, too. */
  | "serve-source"
  /** Mends them first. */
  | "block"

/** How to read. */
export interface ReadOptions {
  /** Default `serve-stale`. */
  readonly mode?: ReadMode
  readonly signal?: AbortSignal
}

/** What is known of one document's record. */
export interface RecordReading {
  readonly id: DocumentId
  readonly state: RecordState
  /** With `serve-source`, where the record is not `consistent`: the document's value; absent for a deleted one. */
  readonly value?: JsonObject
}

/** What reading needs of a projector. */
export interface ReadSink {
  readonly name: string
  readonly source: ProjectionSource
  readonly session: SinkSession | undefined
  readonly status: { readonly lastError?: Error }
  /** As `SearchedSink.onLost`. */
  onLost(session: SinkSession, error: unknown): void
  parkedDocument(id: DocumentId): ParkedDocument | undefined
}

const modes: readonly ReadMode[] = ["serve-stale", "serve-source", "block"]

interface Seen {
  readonly id: DocumentId
  readonly state: RecordState
  readonly record: SinkRecord | undefined
}

/**
 * What is mended on reading. An orphan is left to repair, which looks at how many there are before it removes one; what is ahead may be another
 * replica's, which knows more.
 */
const mendable: readonly RecordState[] = ["stale", "missing", "mismatch", "concurrent", "unreadable"]

/** Reads records beside their documents, and mends those that differ: read repair. */
export class SinkReader {
  readonly #sink: ReadSink
  readonly #timeoutMs: number
  readonly #onEvent: (event: SinkEvent) => void
  /** The mending under way, by document: two readers of one record mend it once. */
  readonly #mending = new Map<DocumentId, Promise<void>>()
  /** Fires when the projector is closed. */
  readonly #ending = new AbortController()

  constructor(sink: ReadSink, timeoutMs: number, onEvent: (event: SinkEvent) => void) {
    this.#sink = sink
    this.#timeoutMs = timeoutMs
    this.#onEvent = onEvent
  }

  /** As `Projector.read`. */
  async read(ids: readonly DocumentId[], options: ReadOptions): Promise<readonly RecordReading[]> {
    const { mode = "serve-stale", signal } = options
    // Taken for another one, it would show stale rows to whom they must not be shown.
    if (!modes.includes(mode))
      throw coreError("options-invalid", `there is no mode "${mode}" of reading; give ${modes.join(", ")}`)
    throwIfAborted(signal)
    const { session } = this.#sink
    if (session === undefined && mode !== "serve-source")
      throw unreachableSink(this.#sink, 'read again when it can, or with the mode "serve-source"')
    const seen = await this.#look(session, ids).catch((error: unknown) => {
      if (mode !== "serve-source") throw error
      return ids.map((id): Seen => ({ id, state: "unknown", record: undefined }))
    })
    throwIfAborted(signal)
    const mended = session === undefined ? Promise.resolve() : this.#mend(session, seen)
    if (mode === "block" && session !== undefined) {
      await unlessAborted(mended, signal)
      if (this.#ending.signal.aborted) throw closedError(this.#sink.name)
      return (await this.#look(session, ids)).map(({ id, state }) => ({ id, state }))
    }
    // Whoever does not wait hears of a failure by the next reading, which finds the same again.
    mended.catch(() => {})
    return mode === "serve-source" ? this.#withValues(seen) : seen.map(({ id, state }) => ({ id, state }))
  }

  /** Fulfilled when nothing is being mended; what is being projected for it is given up. */
  async close(): Promise<void> {
    this.#ending.abort()
    await Promise.allSettled(this.#mending.values())
  }

  async #look(session: SinkSession | undefined, ids: readonly DocumentId[]): Promise<readonly Seen[]> {
    if (session === undefined) return ids.map(id => ({ id, state: "unknown", record: undefined }))
    const wanted = [...new Set(ids)]
    const records = await this.#ask(session, () => session.read(wanted), "read again")
    const recordById = new Map(records.map(record => [record.id, record]))
    return Promise.all(
      ids.map(async id => {
        // After the record: what is written in between makes it stale, never ahead.
        const head = await this.#sink.source.loadHead(id)
        const record = recordById.get(id)
        const summary = head && this.#sink.source.summarize(head)
        return { id, record, state: this.#stateOf(session, id, summary, record) }
      })
    )
  }

  #stateOf(
    session: SinkSession,
    id: DocumentId,
    summary: DocumentSummary | undefined,
    record: SinkRecord | undefined
  ): RecordState {
    const isTaken = session.collections?.has(collectionOf(id)) ?? true
    if (summary === undefined || !isTaken) return record === undefined ? "absent" : "orphan"
    const state = classify(summary, record, session)
    const isDue = state === "stale" || state === "missing"
    return isDue && this.#sink.parkedDocument(id) !== undefined ? "parked" : state
  }

  async #withValues(seen: readonly Seen[]): Promise<readonly RecordReading[]> {
    return Promise.all(
      seen.map(async ({ id, state }) => {
        if (state === "consistent" || state === "absent") return { id, state }
        const document = await this.#sink.source.capture(id).catch(unlessUnreadable)
        const hasValue = document !== undefined && !document.deleted
        return { id, state, ...(hasValue ? { value: document.value } : {}) }
      })
    )
  }

  async #mend(session: SinkSession, seen: readonly Seen[]): Promise<void> {
    const wanted = new Map(seen.filter(({ state }) => mendable.includes(state)).map(each => [each.id, each]))
    const others = [...wanted.keys()].map(id => this.#mending.get(id)).filter(each => each !== undefined)
    const own = [...wanted.values()].filter(({ id }) => !this.#mending.has(id))
    const mending = own.length === 0 ? Promise.resolve() : this.#mendOwn(session, own)
    for (const { id } of own) this.#mending.set(id, mending)
    try {
      await Promise.all([mending, Promise.allSettled(others)])
    } finally {
      for (const { id } of own) this.#mending.delete(id)
    }
  }

  /** By compare-and-swap on what was read: a batch that came in between has done it already. */
  async #mendOwn(session: SinkSession, seen: readonly Seen[]): Promise<void> {
    const repairs = await Promise.all(
      seen.map(async ({ id, record }): Promise<SinkRepair | undefined> => {
        const document = await this.#sink.source.capture(id).catch(unlessUnreadable)
        const write = document && (await this.#project(session, document))
        return write && { id, token: record?.token, write }
      })
    )
    const wanted = repairs.filter(repair => repair !== undefined)
    const then = "whether records were mended is not known; read again"
    const outcomes = wanted.length === 0 ? [] : await this.#ask(session, () => session.repair(wanted), then)
    const mended = outcomes.filter(outcome => outcome === "swapped").length
    if (mended > 0) this.#onEvent({ type: "repaired", sink: this.#sink.name, mended, adopted: 0, failed: 0 })
  }

  async #project(session: SinkSession, document: DurableDocument): Promise<SinkWrite | undefined> {
    try {
      return await unlessAborted(toSinkWrite(session, document), this.#ending.signal)
    } catch (error) {
      if (this.#ending.signal.aborted) throw closedError(this.#sink.name)
      return unlessUnreadable(error)
    }
  }

  /** Whoever reads may be the first to hear that a session was overtaken: while nothing is written, nobody else would. */
  async #ask<T>(session: SinkSession, question: () => Promise<T>, then: string): Promise<T> {
    const { name, source } = this.#sink
    try {
      return await answerInTime(question(), name, this.#timeoutMs, source.ports.timers, then)
    } catch (error) {
      if (isSynclineError(error, "sink-fenced")) this.#sink.onLost(session, error)
      throw error
    }
  }
}

/** Nothing where the document cannot be read, or has nothing to show: its record is not to be mended from that. */
function unlessUnreadable(error: unknown): undefined {
  if (isSynclineError(error, "document-unreadable") || isSynclineError(error, "projection-refused")) return
  throw error
}
