import type { SynclineError } from "@syncline/clock"
import { collectionOf, type DocumentId } from "../document/document-id.ts"
import { type CoreErrorCode, coreError } from "../errors/core-error.ts"

/** Content of one engine is not content of another: it is refused, and nothing of it touched. */
export function otherEngine(
  document: DocumentId,
  theirs: string,
  ours: string
): SynclineError<CoreErrorCode> {
  const collection = collectionOf(document)
  return coreError(
    "engine-unknown",
    `"${document}" is kept in the engine "${theirs}", and collection "${collection}" names "${ours}" here; ` +
      `open the replica with collection("${collection}", { engine }) for "${theirs}", or copy its values into a collection of another name`,
    { details: { document, theirs, ours } }
  )
}
