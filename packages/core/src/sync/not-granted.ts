import type { DocumentId } from "../document/document-id.ts"
import type { RejectFrame } from "./frame.ts"

/**
 * What is said of a document that a link may not write: the same whether it may be seen, and whether it is there.
 */
export function notGranted(document: DocumentId): Omit<RejectFrame, "kind"> {
  return { document, reason: "not-granted", message: "this link may not write the document" }
}

/** Whether commits were refused for want of permission: what else both sides have may be equal all the same. */
export function isNotGranted({ reason }: { readonly reason: string }): boolean {
  return reason === "not-granted"
}
