import { KeptDocuments } from "./kept-documents.ts"
import { UnitViews } from "./reconcile/unit-views.ts"
import type { Assembly } from "./sync-state.ts"

/**
 * What a link remembers from one connection to the next, besides the durable cursor, so that a broken catch-up goes on
 * where it was. Holds at most one partly received snapshot.
 */
export interface ResumeMemory {
  /** With the cursor at `base`, documents whose newest record is at or below `scanned` are here. */
  scanned?: { readonly epoch: string; readonly base: number; readonly scanned: number } | undefined
  partial?: Assembly | undefined
  readonly views: UnitViews
  /** What the other side does not take. */
  readonly kept: KeptDocuments
  /** Fulfilled when what is remembered of an earlier life is there. */
  ready: Promise<void>
}

/** What a new link remembers. */
export function freshMemory(): ResumeMemory {
  return { views: new UnitViews(), kept: new KeptDocuments(), ready: Promise.resolve() }
}
