import type { DocumentId } from "../document/document-id.ts"
import type { ParkedDocument } from "./parked-documents.ts"
import type { ProjectorPhase } from "./projector-machine.ts"
import type { ProjectionStrategy } from "./projector-options.ts"
import type { SinkSession, Watermark } from "./sink.ts"

/** How a sink is doing. */
export interface ProjectorStatus {
  readonly sink: string
  readonly strategy: ProjectionStrategy["kind"]
  readonly state: ProjectorPhase
  /** Absent until the sink could be opened. */
  readonly watermark?: Watermark
  /** Log records the sink has not seen: at least as many as documents. `lagDocuments()` counts those. */
  readonly lagRecords: number
  /** The last failure; absent again once a batch went in. */
  readonly lastError?: Error
  /** Failures in a row. */
  readonly attempts: number
  readonly parked: readonly ParkedDocument[]
}

/** Whom and how long to wait for. */
export interface ProjectedOptions {
  /** The document waited for: rejected when it is parked instead of written. */
  readonly document?: DocumentId
  readonly signal?: AbortSignal
}

/** Feeds one sink from one source, for as long as both live. Made by `openProjector`. */
export interface Projector {
  /** The sink's name. */
  readonly name: string
  readonly status: ProjectorStatus
  /** The open sink, for verification; `undefined` while it cannot be reached. */
  readonly session: SinkSession | undefined
  /** The entry of a parked document. */
  parkedDocument(id: DocumentId): ParkedDocument | undefined
  /** Documents that have yet to be written, counted up to `limit`. Reads their heads. */
  lagDocuments(limit?: number): Promise<number>
  /**
   * Fulfilled once everything up to a log position is in the sink.
   *
   * @throws SynclineError `projection-pending` after a write-through deadline, `projection-refused` when the document
   *   was parked, `aborted`, `replica-closed`.
   */
  projected(position: number, options?: ProjectedOptions): Promise<void>
  /** Fulfilled once everything durable by now is in the sink, however long that takes. As `projected` otherwise. */
  drain(signal?: AbortSignal): Promise<void>
  /** Stops after the batch under way. */
  pause(): void
  /** Goes on after `pause`, after an error that stopped it, or before a backoff is over. */
  resume(): void
  /** Stops for good; fulfilled when the sink is closed. What still waits is rejected with `replica-closed`. */
  close(): Promise<void>
}
