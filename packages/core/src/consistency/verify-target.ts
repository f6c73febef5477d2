import type { DocumentId } from "../document/document-id.ts"
import type { ParkedDocument } from "../projection/parked-documents.ts"
import type { SinkSession } from "../projection/sink.ts"

/** A sink as verification and repair need it; every `Projector` is one. */
export interface VerifyTarget {
  readonly name: string
  /** `undefined` while the sink cannot be reached. */
  readonly session: SinkSession | undefined
  /** Waits until the sink has what is durable now. */
  drain(signal?: AbortSignal): Promise<void>
  parkedDocument(id: DocumentId): ParkedDocument | undefined
  readonly status: { readonly state: string; readonly lastError?: Error }
}
