import type { Conflict, ConflictSide } from "../conflict/conflict.ts"
import type { DocumentId } from "../document/document-id.ts"

/** An open record about the key `title`, as one might have been found. */
export function conflictRecord(document: DocumentId, sides: readonly ConflictSide[] = []): Conflict {
  const what = { kind: "write-write", place: '["title"]', path: ["title"] } as const
  return { id: "1", document, ...what, sides, rule: "engine", state: "open" }
}
