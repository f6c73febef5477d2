import { coreError } from "../errors/core-error.ts"

declare const brand: unique symbol

/** `collection/key`. The key may contain further slashes; the collection may not. */
export type DocumentId = string & { readonly [brand]: "DocumentId" }

/** Long enough for a URL or a file path, short enough for an index entry in every backend. */
const maxIdLength = 512

const forbidden =
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused
  /[\u0000-\u001f\u007f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/

/**
 * Checks a document id.
 *
 * @throws SynclineError `document-id-invalid` when it is not `collection/key`, has an empty part, a control
 *   character or a lone surrogate, or more than 512 UTF-16 units.
 */
export function parseDocumentId(text: string): DocumentId {
  const slash = text.indexOf("/")
  if (slash <= 0 || slash === text.length - 1 || text.length > maxIdLength || forbidden.test(text))
    throw coreError(
      "document-id-invalid",
      `"${text.slice(0, 80)}" is not a document id; write "collection/key", at most ${maxIdLength} characters, no control characters`
    )
  return text as DocumentId
}

/** The part before the first slash. */
export function collectionOf(id: DocumentId): string {
  return id.slice(0, id.indexOf("/"))
}

/** The part after the first slash. */
export function keyOf(id: DocumentId): string {
  return id.slice(id.indexOf("/") + 1)
}
