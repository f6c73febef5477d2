import { decodeBase, encodeBase } from "../codec/facts-codec.ts"
import { type DocumentFacts, emptyFacts } from "../commit/document-facts.ts"
import type { StoredDocument } from "../store/store.ts"
import { CommitReceipt } from "./commit-receipt.ts"
import { commitsOf, type DocumentSetup, maxBaseBytes, openEngineDocument } from "./document-loader.ts"
import { DocumentMeta } from "./document-meta.ts"
import type { PendingBase } from "./document-state.ts"
import { sealStored } from "./past-hashes.ts"
import { applyCommits } from "./rebuild.ts"
import { mustBeSnapshot } from "./verified-snapshot.ts"

/**
 * Folds the older part of a document's stored commits into a new base, keeping at least `retainCommits` raw ones.
 * Nothing is lost to anybody: a peer or sink that still needed those commits gets the base.
 *
 * @returns `undefined` when there is nothing to fold.
 * @throws SynclineError `engine-update-invalid` when the folded state would not load; `document-unreadable`.
 */
export function foldDocument(
  stored: StoredDocument,
  retainCommits: number,
  setup: DocumentSetup
): PendingBase | undefined {
  const decoded = stored.records.map(record => ({ record, commits: commitsOf({ records: [record] }) }))
  const folded = decoded.slice(0, foldedRecords(decoded, retainCommits))
  const cut = folded.at(-1)?.record.position
  if (cut === undefined) return undefined
  const meta = new DocumentMeta(stored.head.id, baseFacts(stored, setup.engine.name))
  const packed = folded.flatMap(({ commits }) => commits)
  const commits = sealStored(meta.base, packed)
  for (const commit of commits) meta.absorb(commit)
  const base = stored.base === undefined ? {} : { base: stored.base }
  const document = openEngineDocument({ ...base, records: [] }, setup)
  applyCommits(document, commits)
  const snapshot = mustBeSnapshot(document, setup, stored.head.id)
  document.destroy()
  const facts = meta.facts()
  return {
    bytes: encodeBase({ document: stored.head.id, facts, snapshot }),
    facts,
    base: meta.version,
    basePosition: cut,
    dropThrough: cut,
    dropped: {
      commits: packed.length,
      bytes: folded.reduce((sum, { record }) => sum + record.bytes.length, 0)
    },
    restored: [],
    replaces: false,
    values: [],
    origin: undefined,
    receipt: new CommitReceipt()
  }
}

/** The facts of a document as of its stored base, to be grown by the commits after it. */
function baseFacts(stored: StoredDocument | undefined, engine: string): DocumentFacts {
  return stored?.base === undefined ? emptyFacts(engine) : decodeBase(stored.base, maxBaseBytes).facts
}

/** How many records to fold so that `retainCommits` stay, going record by record from the newest. */
function foldedRecords(
  decoded: readonly { readonly commits: readonly unknown[] }[],
  retainCommits: number
): number {
  let left = retainCommits
  for (const [i, { commits }] of [...decoded.entries()].reverse()) {
    if (left <= 0) return i + 1
    left -= commits.length
  }
  return 0
}
