import { equalBytes } from "../codec/hex.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { EngineDocument } from "../engine/engine.ts"
import { coreError } from "../errors/core-error.ts"
import type { DocumentSetup } from "./document-loader.ts"

/**
 * A document's snapshot, if it loads as what the document is. Engines integrate bytes which they would not write, and what a
 * hostile writer made of them may be a state that they save and cannot load. Cost: that of loading it.
 */
export function verifiedSnapshot(
  document: EngineDocument,
  { engine, shape, identity }: DocumentSetup
): Uint8Array | undefined {
  let copy: EngineDocument | undefined
  try {
    const snapshot = document.snapshot()
    copy = engine.open({ shape, identity, snapshot })
    return isSameState(document, copy) ? snapshot : undefined
  } catch {
    // Whatever it is that engines throw here: there is no snapshot to be had.
    return undefined
  } finally {
    copy?.destroy()
  }
}

/**
 * The same, to be stored as a base.
 *
 * @throws SynclineError `engine-update-invalid` where there is none.
 */
export function mustBeSnapshot(document: EngineDocument, setup: DocumentSetup, id: DocumentId): Uint8Array {
  const snapshot = verifiedSnapshot(document, setup)
  if (snapshot !== undefined) return snapshot
  throw coreError(
    "engine-update-invalid",
    `"${id}" holds commits which its engine takes one by one and cannot load as a snapshot: only a peer that follows no rules makes such; its log stays as it is`,
    { details: { document: id } }
  )
}

/** Whether two documents hold the same changes. */
export function isSameState(one: EngineDocument, other: EngineDocument): boolean {
  return equalBytes(one.stateKey(), other.stateKey())
}
