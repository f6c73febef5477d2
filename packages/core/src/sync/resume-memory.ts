import type { HelloFrame } from "./frame.ts"
import { KeptDocuments } from "./kept-documents.ts"
import { UnitViews } from "./reconcile/unit-views.ts"
import type { SyncLimits } from "./sync-limits.ts"
import type { Assembly } from "./sync-state.ts"

/** Where the beginning of a snapshot lies that a connection broke off with, for one applicant. */
export interface PartialPlace {
  /** What is there; it is there no more then. */
  take(): Assembly | undefined
  put(partial: Assembly): void
}

/**
 * What a link remembers from one connection to the next, besides the durable cursor, so that a broken catch-up goes on
 * where it was. Holds at most one partly received snapshot.
 */
export interface ResumeMemory {
  /** With the cursor at `base`, documents whose newest record is at or below `scanned` are here. */
  scanned?: { readonly epoch: string; readonly base: number; readonly scanned: number } | undefined
  partial?: Assembly | undefined
  /** Where that lies on the side that was dialed, whose links end with their connection. */
  readonly partialOf?: ((applicant: HelloFrame) => PartialPlace) | undefined
  readonly views: UnitViews
  /** What the other side does not take. */
  readonly kept: KeptDocuments
  /** Fulfilled when what is remembered of an earlier life is there. */
  ready: Promise<void>
}

/** What a new link remembers. */
export function freshMemory(
  { maxKeptDocuments }: SyncLimits,
  partialOf?: (applicant: HelloFrame) => PartialPlace
): ResumeMemory {
  const kept = new KeptDocuments(maxKeptDocuments)
  return { views: new UnitViews(), kept, ready: Promise.resolve(), partialOf }
}
