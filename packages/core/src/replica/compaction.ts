import { unprotect } from "../codec/envelope.ts"
import { decodeCommits } from "../codec/commit-decoder.ts"
import { decodeBase, decodeHead, encodeBase } from "../codec/facts-codec.ts"
import { emptyFacts } from "../commit/document-facts.ts"
import type { StoredDocument, StoredRecord } from "../store/store.ts"
import { sealStored } from "./delta.ts"
import { commitsOf, type DocumentSetup, maxBaseBytes, openEngineDocument } from "./document-loader.ts"
import { DocumentMeta } from "./document-meta.ts"
import type { PendingBase } from "./document-state.ts"
import { CommitReceipt } from "./commit-receipt.ts"

/**
 * Folds the older part of a document's stored commits into a new base, keeping at least `retainCommits` raw ones.
 * Nothing is lost to anybody: a peer or sink that still needed those commits gets the base.
 *
 * @returns `undefined` when there is nothing to fold.
 */
export function foldDocument(stored: StoredDocument, retainCommits: number, setup: DocumentSetup): PendingBase | undefined {
  const cut = cutPosition(stored.records, retainCommits)
  if (cut === undefined) return undefined
  const folded = stored.records.filter(record => record.position <= cut)
  const kept = stored.records.filter(record => record.position > cut)
  const meta = baseMeta(stored)
  // Chains begin at the old base, so all commits are sealed together and the kept ones then left out.
  const count = commitsOf({ records: folded }).length
  for (const commit of sealStored(decodeHead(stored.head.body).base, commitsOf(stored)).slice(0, count))
    if (!meta.version.has(commit.dot)) meta.absorb(commit)
  const document = openEngineDocument({ records: folded, ...(stored.base === undefined ? {} : { base: stored.base }) }, setup)
  const snapshot = document.snapshot()
  document.destroy()
  const facts = {
    ...meta.facts(),
    base: meta.version,
    basePosition: cut,
    tailCommits: commitsOf({ records: kept }).length,
    tailBytes: kept.reduce((sum, record) => sum + record.bytes.length, 0)
  }
  const bytes = encodeBase({ document: stored.head.id, facts, snapshot })
  return { bytes, facts, dropThrough: cut, origin: undefined, receipt: new CommitReceipt() }
}

/** The facts of a document as of its stored base, to be grown by the commits after it. */
export function baseMeta(stored: StoredDocument): DocumentMeta {
  const facts =
    stored.base === undefined ? emptyFacts(decodeHead(stored.head.body).engine) : decodeBase(stored.base, maxBaseBytes).facts
  return new DocumentMeta(stored.head.id, facts)
}

/** The last position to fold so that `retainCommits` stay, going record by record from the newest. */
function cutPosition(records: readonly StoredRecord[], retainCommits: number): number | undefined {
  let left = retainCommits
  for (const record of [...records].reverse()) {
    if (left <= 0) return record.position
    left -= decodeCommits(unprotect(record.bytes)).length
  }
  return undefined
}
