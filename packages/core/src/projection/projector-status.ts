import type { DocumentId } from "../document/document-id.ts"
import type { ParkedDocument } from "./parked-documents.ts"
import type { BreakerState, ProjectorPhase } from "./projector-machine.ts"
import type { ProjectionStrategy } from "./projector-options.ts"
import type { Watermark } from "./sink.ts"

/** How a sink is doing. */
export interface ProjectorStatus {
  readonly sink: string
  readonly strategy: ProjectionStrategy["kind"]
  readonly state: ProjectorPhase
  readonly breaker: BreakerState
  /** Absent until the sink could be opened. */
  readonly watermark?: Watermark
  /** Log records the sink has not seen: at least as many as documents. `lagDocuments()` counts those. */
  readonly lagRecords: number
  /** For how long the oldest commit has waited that is not in the sink; 0 when all are. Roughly, and since this replica was opened. */
  readonly lagMs: number
  /** The last failure; absent again once a batch went in. */
  readonly lastError?: Error
  /** Failures in a row. */
  readonly attempts: number
  /** Documents in the next full batch: grows while the sink is quick, is halved when it is slow or fails. */
  readonly batchDocuments: number
  readonly parkedCount: number
  /** The first hundred of them; `Projector.parkedDocuments` lists all. */
  readonly parked: readonly ParkedDocument[]
}

/** Whom and how long to wait for. */
export interface ProjectedOptions {
  /** The document waited for: rejected when it is parked instead of written. */
  readonly document?: DocumentId
  readonly signal?: AbortSignal
}
