import type { DocumentId } from "../document/document-id.ts"
import type { ParkedDocument } from "../projection/parked-documents.ts"
import type { SinkSession } from "../projection/sink.ts"

/** A sink as verification and repair need it; every `Projector` is one. */
export interface VerifyTarget {
  readonly name: string
  /** `undefined` while the sink cannot be reached. */
  readonly session: SinkSession | undefined
  /** So long an answer of the sink is waited for; one to many requests, from each to the next (`SinkSession.answered`). Default: a minute. */
  readonly answerMs?: number
  /** Waits until the sink has what is durable now. */
  drain(signal?: AbortSignal): Promise<void>
  parkedDocument(id: DocumentId): ParkedDocument | undefined
  /** Its session was overtaken or does not answer, or the sink is another than the one that was opened: where nothing else finds out, it is opened anew. */
  onLost?(session: SinkSession, error: unknown): void
  readonly status: { readonly state: string; readonly lastError?: Error }
}
