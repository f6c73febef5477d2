import { decodeBase, encodeBase } from "../codec/facts-codec.ts"
import { type DocumentFacts, emptyFacts } from "../commit/document-facts.ts"
import type { StoredDocument, StoredRecord } from "../store/store.ts"
import { CommitReceipt } from "./commit-receipt.ts"
import { commitsOf, type DocumentSetup, maxBaseBytes, openEngineDocument } from "./document-loader.ts"
import { DocumentMeta } from "./document-meta.ts"
import type { PendingBase } from "./document-state.ts"
import { sealStored } from "./past-hashes.ts"

/**
 * Folds the older part of a document's stored commits into a new base, keeping at least `retainCommits` raw ones.
 * Nothing is lost to anybody: a peer or sink that still needed those commits gets the base.
 *
 * @returns `undefined` when there is nothing to fold.
 */
export function foldDocument(
  stored: StoredDocument,
  retainCommits: number,
  setup: DocumentSetup
): PendingBase | undefined {
  const cut = cutPosition(stored.records, retainCommits)
  if (cut === undefined) return undefined
  const records = stored.records.filter(record => record.position <= cut)
  const folded = { records, ...(stored.base === undefined ? {} : { base: stored.base }) }
  const meta = new DocumentMeta(stored.head.id, baseFacts(stored, setup.engine.name))
  const packed = commitsOf(folded)
  for (const commit of sealStored(meta.base, packed)) meta.absorb(commit)
  const document = openEngineDocument(folded, setup)
  const snapshot = document.snapshot()
  document.destroy()
  const facts = meta.facts()
  return {
    bytes: encodeBase({ document: stored.head.id, facts, snapshot }),
    facts,
    base: meta.version,
    basePosition: cut,
    dropThrough: cut,
    dropped: { commits: packed.length, bytes: records.reduce((sum, { bytes }) => sum + bytes.length, 0) },
    restored: [],
    replaces: false,
    values: [],
    origin: undefined,
    receipt: new CommitReceipt()
  }
}

/** The facts of a document as of its stored base, to be grown by the commits after it. */
export function baseFacts(stored: StoredDocument | undefined, engine: string): DocumentFacts {
  return stored?.base === undefined ? emptyFacts(engine) : decodeBase(stored.base, maxBaseBytes).facts
}

/** The last position to fold so that `retainCommits` stay, going record by record from the newest. */
function cutPosition(records: readonly StoredRecord[], retainCommits: number): number | undefined {
  let left = retainCommits
  for (const record of [...records].reverse()) {
    if (left <= 0) return record.position
    left -= commitsOf({ records: [record] }).length
  }
  return undefined
}
