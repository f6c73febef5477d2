import type { DocumentId } from "../document/document-id.ts"
import type { ParkedDocument } from "./parked-documents.ts"
import type { ProjectionSource } from "./projection-source.ts"
import type { ProjectionStrategy, ProjectorOptions } from "./projector-options.ts"
import type { ProjectedOptions, ProjectorStatus } from "./projector-status.ts"
import { RunningProjector } from "./running-projector.ts"
import type { SearchHit, SearchOptions, SearchQuery } from "./search.ts"
import type { PublishedGuarantees } from "./published-guarantees.ts"
import type { ReadOptions, RecordReading } from "./sink-reader.ts"
import type { Sink, SinkSession } from "./sink.ts"
import type { TableSearch } from "./table-search.ts"

/** Feeds one sink from one source, for as long as both live. Made by `openProjector`. */
export interface Projector {
  /** The sink's name. */
  readonly name: string
  readonly status: ProjectorStatus
  /** The open sink, for verification; `undefined` while it cannot be reached. */
  readonly session: SinkSession | undefined
  /** The entry of a parked document. */
  parkedDocument(id: DocumentId): ParkedDocument | undefined
  /** All of them, in the order of parking; `status` has the first hundred. */
  parkedDocuments(): readonly ParkedDocument[]
  /**
   * Tries parked documents again: these, or all. Fulfilled with those that are still refused, when all were tried; while the sink fails or is
   * paused, that is later.
   *
   * @throws SynclineError `aborted`, `replica-closed`, or what stopped the sink for good.
   */
  retryParked(ids?: readonly DocumentId[], signal?: AbortSignal): Promise<readonly ParkedDocument[]>
  /**
   * Whether the records of these documents are as the documents now are, before or instead of reading the rows; those that are not are mended, by
   * compare-and-swap. Costs reading the records and the heads.
   *
   * ```typescript
   * const readings = await replica.sink("sqlite").read([id], { mode: "block" })
   * ```
   *
   * @throws SynclineError `sink-failed` when the sink cannot be reached (but with `serve-source`), `aborted`, `replica-closed`; `sink-fenced` when another writer overtook this
   *   one, or the sink was emptied or replaced, which with `block` shows in mending, too: it is then opened anew, so read again.
   */
  read(ids: readonly DocumentId[], options?: ReadOptions): Promise<readonly RecordReading[]>
  /** What holds at this sink; `undefined` until it could be opened. */
  readonly guarantees: PublishedGuarantees | undefined
  /** Feeds the sink by another strategy from now on; who waits already, waits by the one before. */
  setStrategy(strategy: ProjectionStrategy): void
  /** Documents that have yet to be written, counted up to `limit`. Reads their heads. */
  lagDocuments(limit?: number): Promise<number>
  /**
   * Fulfilled once everything up to a log position is in the sink.
   *
   * @throws SynclineError `projection-pending` after a write-through deadline, `projection-refused` when the document
   *   was parked, `aborted`, `replica-closed`, or what stopped the sink for good (`status.lastError`).
   */
  projected(position: number, options?: ProjectedOptions): Promise<void>
  /** Fulfilled once everything durable by now is in the sink, however long that takes. As `projected` otherwise. */
  drain(signal?: AbortSignal): Promise<void>
  /** Fulfilled once everything committed by now is durable and in the sink. As `drain` otherwise. */
  flush(signal?: AbortSignal): Promise<void>
  /** Its tables that can be searched; `undefined` until the sink could be opened. */
  readonly searchable: readonly TableSearch[] | undefined
  /**
   * The documents nearest to a text or a vector, each once, nearest first; see `Replica.search`, which finds out which sink to ask.
   *
   * @throws as `Replica.search`.
   */
  search(query: SearchQuery, options?: SearchOptions): Promise<readonly SearchHit[]>
  /** Stops after the batch under way. */
  pause(): void
  /** Goes on after `pause`, after an error that stopped it, or before a backoff is over. */
  resume(): void
  /** Stops for good; fulfilled when the sink is closed. What still waits is rejected with `replica-closed`. */
  close(): Promise<void>
}

/**
 * Starts feeding a sink. A sink that cannot be reached is tried again in the background; it never keeps the replica
 * from opening, nor commits from being made.
 *
 * @throws SynclineError `sink-foreign`, `store-newer`, `projection-invalid`: trying again would not help.
 */
export async function openProjector(
  source: ProjectionSource,
  sink: Sink,
  options: ProjectorOptions
): Promise<Projector> {
  const projector = new RunningProjector(source, sink, options)
  await projector.start()
  return projector
}
