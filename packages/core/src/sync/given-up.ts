import type { JsonPatch } from "@syncline/diff/json"
import type { DocumentId } from "../document/document-id.ts"
import type { JsonObject } from "../document/json.ts"

/** What was given up of a document: commits that the other side of a link does not take. They are in no document any more. */
export interface GivenUp {
  readonly document: DocumentId
  /** How many; kept in quarantine, raw. */
  readonly commits: number
  /** What the document was with them. */
  readonly value: JsonObject
  /** Whether it was deleted with them. */
  readonly deleted: boolean
  /** What makes `value` of what the document was without them (RFC 6902): the same changes, to be made again as one commit. */
  readonly patch: JsonPatch
}
