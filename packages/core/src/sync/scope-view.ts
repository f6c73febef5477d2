import type { DocumentId } from "../document/document-id.ts"
import type { UnitRoot } from "./sync-host.ts"
import type { UnitView } from "./unit-view.ts"

/** Digests that stand for those of documents here; `undefined`: as if the document were not here. */
export type Substitutes = ReadonlyMap<DocumentId, Uint8Array | undefined>

/** The documents that one link may compare, unit by unit. Kept current by appends. */
export interface ScopeView {
  /** Units that have documents, in any order. */
  roots(substitutes: Substitutes): Promise<readonly UnitRoot[]>
  /** One unit of the scope as strangers compare it, under our key or a peer's. To be closed. */
  unit(path: string, key: Uint8Array): Promise<UnitView>
  /** Says that it is not used any more. What only one link needed is let go of. */
  close(): void
}
