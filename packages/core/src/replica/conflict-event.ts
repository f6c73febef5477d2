import type { Conflict } from "../conflict/conflict.ts"
import type { DocumentId } from "../document/document-id.ts"

/** What subscribers of conflicts hear, once it is durable. */
export type ConflictEvent =
  /** A record is new, says more than before, or is resolved. */
  | { readonly type: "found"; readonly conflict: Conflict }
  /** A record is no more: it is part of another, or all sides mean the same by now. */
  | { readonly type: "gone"; readonly document: DocumentId; readonly id: string }
