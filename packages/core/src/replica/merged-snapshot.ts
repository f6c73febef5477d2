import { deepEqualJson } from "@syncline/diff"
import type { EngineDocument } from "../engine/engine.ts"
import { coreError } from "../errors/core-error.ts"
import type { StoredDocument } from "../store/store.ts"
import { type DocumentSetup, openEngineDocument } from "./document-loader.ts"

/**
 * What a stored document and a peer's snapshot amount to together. Merged both ways round: a fork that lies below both,
 * where no hash can show it, makes each side keep its own content under the dots of the other.
 *
 * @throws SynclineError `commit-forked` when the two ways differ, and what the engine throws.
 */
export function mergedSnapshot(
  stored: StoredDocument,
  snapshot: Uint8Array,
  setup: DocumentSetup
): Uint8Array {
  const { engine, shape, identity } = setup
  const ours = openEngineDocument(stored, setup)
  const theirs = engine.open({ shape, identity, snapshot })
  try {
    theirs.applySnapshot(ours.snapshot())
    ours.applySnapshot(snapshot)
    if (isSameValue(ours, theirs)) return ours.snapshot()
  } finally {
    ours.destroy()
    theirs.destroy()
  }
  throw coreError(
    "commit-forked",
    `"${stored.head.id}" was forked before both sides folded their logs: their snapshots contradict each other; adopt one side by hand`
  )
}

function isSameValue(a: EngineDocument, b: EngineDocument): boolean {
  return deepEqualJson(a.value(), b.value())
}
