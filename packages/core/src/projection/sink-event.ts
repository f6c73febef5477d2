import type { RecordClass } from "../consistency/finding.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { BreakerState } from "./projector-machine.ts"

/** What happens at a sink, as a replica reports it. */
export type SinkEvent =
  /** A sink cannot be reached or refuses batches; it is tried again with growing pauses. Told once, until it recovers. */
  | { readonly type: "sink-failing"; readonly sink: string; readonly error: Error }
  /** A sink takes batches again. */
  | { readonly type: "sink-recovered"; readonly sink: string }
  /** Everything durable up to this position is in the sink; so many documents were written since it was so before. */
  | {
      readonly type: "synced"
      readonly sink: string
      readonly position: number
      readonly documents: number
    }
  /** With a document: it was parked. Without: the sink is not tried again, until `resume`. */
  | {
      readonly type: "failed"
      readonly sink: string
      readonly document?: DocumentId
      readonly error: Error
    }
  /** A sink that failed too often in a row is left alone (`open`), tried with one document (`half-open`), fed again (`closed`). */
  | { readonly type: "breaker"; readonly sink: string; readonly state: BreakerState }
  /** A verification found so many documents of each class; those that are `consistent`, too. */
  | {
      readonly type: "inconsistent"
      readonly sink: string
      readonly counts: Readonly<Record<RecordClass, number>>
    }
  /**
   * Records were mended, by repair or on being read; of so many the documents adopted what they held; so many could not be mended, or were refused. What waits
   * for a decision, was cancelled or is right by now is not told.
   */
  | {
      readonly type: "repaired"
      readonly sink: string
      readonly mended: number
      readonly adopted: number
      readonly failed: number
    }
