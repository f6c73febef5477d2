import { isSynclineError } from "@syncline/clock"
import type { Commit } from "../commit/commit.ts"
import { coreError } from "../errors/core-error.ts"
import type { EngineDocument } from "../engine/engine.ts"
import type { StoredDocument } from "../store/store.ts"
import { type DocumentSetup, openEngineDocument } from "./document-loader.ts"
import { applyCommits } from "./rebuild.ts"
import { isSameState, mustBeSnapshot } from "./verified-snapshot.ts"

/**
 * What a stored document and a peer's snapshot amount to together. Merged both ways round: a fork that lies below both,
 * where no hash can show it, makes each side keep its own content under the dots of the other, or is refused by the engine.
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
    const apart = ours.snapshot()
    const merged = takes(ours, snapshot) && takes(theirs, apart) && isSameState(ours, theirs)
    if (merged) return mustBeSnapshot(ours, setup, stored.head.id)
  } finally {
    ours.destroy()
    theirs.destroy()
  }
  throw coreError(
    "commit-forked",
    `"${stored.head.id}" was forked before both sides folded their logs: their snapshots contradict each other; adopt one side by hand`
  )
}

/**
 * Whether a peer's snapshot, which by its version has all that is in a document's stored base, really has it. Merged into
 * our base, not the other way round: the peer's document takes what is there under the same dots for what it has.
 */
export function holdsBase(
  { base }: Pick<StoredDocument, "base">,
  snapshot: Uint8Array,
  setup: DocumentSetup
): boolean {
  if (base === undefined) return true
  const { engine, shape, identity } = setup
  const ours = openEngineDocument({ base, records: [] }, setup)
  const theirs = engine.open({ shape, identity, snapshot })
  try {
    return takes(ours, snapshot) && isSameState(ours, theirs)
  } finally {
    ours.destroy()
    theirs.destroy()
  }
}

/** Whether a stored document, later commits and a peer's snapshot, merged in this order, amount to what is in a document. */
export function amountsTo(
  expected: EngineDocument,
  stored: StoredDocument | undefined,
  later: readonly Commit[],
  snapshot: Uint8Array,
  setup: DocumentSetup
): boolean {
  const document = openEngineDocument(stored ?? { records: [] }, setup)
  try {
    applyCommits(document, later)
    return takes(document, snapshot) && isSameState(document, expected)
  } finally {
    document.destroy()
  }
}

/** Merges a snapshot; false where the engine finds that it contradicts what is here. */
function takes(document: EngineDocument, snapshot: Uint8Array): boolean {
  try {
    document.applySnapshot(snapshot)
    return true
  } catch (error) {
    if (isSynclineError(error, "commit-forked")) return false
    throw error
  }
}
