import { encodeCommits } from "../codec/commit-encoder.ts"
import { decodeHead, encodeBase } from "../codec/facts-codec.ts"
import type { PackedCommit } from "../codec/packed-commit.ts"
import type { Commit } from "../commit/commit.ts"
import type { DocumentFacts } from "../commit/document-facts.ts"
import type { Version } from "../commit/version.ts"
import { coreError } from "../errors/core-error.ts"
import type { StoredDocument } from "../store/store.ts"
import type { DocumentDelta } from "../sync/sync-host.ts"
import { commitsOf, type DocumentSetup, openEngineDocument } from "./document-loader.ts"
import { pastHashes } from "./past-hashes.ts"

/** From so many missing commits on it is worth looking whether a snapshot is smaller than they are. */
const snapshotWorthLooking = 256

/** What a peer holding `known` lacks of a stored document: commits, or a snapshot where they are gone or larger. */
export function deltaSince(stored: StoredDocument, known: Version, setup: DocumentSetup): DocumentDelta {
  const facts = decodeHead(stored.head.body)
  if (!known.vector.dominates(facts.base.vector)) return fromBase(stored, facts, known)
  const commits = sealStored(facts.base, commitsOf(stored))
  const missing = commits.filter(commit => !known.has(commit.dot))
  const delta = { document: stored.head.id, through: stored.head.position }
  if (missing.length < snapshotWorthLooking || missing.length * 2 < commits.length) return { ...delta, commits: missing }
  const snapshot = snapshotNow(stored, setup)
  if (encodeCommits(missing).length <= snapshot.length) return { ...delta, commits: missing }
  return { ...delta, snapshot: { document: stored.head.id, bytes: snapshot }, commits: [] }
}

/** What a peer lacks that applied our log up to a position. */
export function deltaAfter(stored: StoredDocument, after: number): DocumentDelta {
  const facts = decodeHead(stored.head.body)
  const commits = sealStored(facts.base, commitsOf(stored))
  if (after < facts.basePosition) return fromBase(stored, facts)
  const older = new Set(
    commitsOf({ records: stored.records.filter(record => record.position <= after) }).map(({ dot }) => `${dot.actor}${dot.seq}`)
  )
  const missing = commits.filter(({ dot }) => !older.has(`${dot.actor}${dot.seq}`))
  return { document: stored.head.id, through: stored.head.position, commits: missing }
}

/** The base which a document's stored state amounts to, as an envelope. */
export function snapshotNow(stored: StoredDocument, setup: DocumentSetup): Uint8Array {
  const facts = decodeHead(stored.head.body)
  const document = openEngineDocument(stored, setup)
  try {
    return encodeBase({ document: stored.head.id, facts, snapshot: document.snapshot() })
  } finally {
    document.destroy()
  }
}

/** Gives stored commits their hashes back; those whose chain begins below the base are left out. */
export function sealStored(base: Version, packed: readonly PackedCommit[]): readonly Commit[] {
  const hashes = pastHashes(base, packed)
  const commits: Commit[] = []
  for (const { check8: _, ...commit } of packed) {
    const hash = hashes.get(commit.dot.actor)?.get(commit.dot.seq)
    if (hash === undefined) continue
    const dependencies = commit.dependencies.map(({ actor, seq, hash8 }) => ({
      actor,
      seq,
      hash8: hash8 ?? (hashes.get(actor)?.get(seq) ?? base.entryOf(actor)?.hash ?? new Uint8Array(8)).subarray(0, 8)
    }))
    commits.push({ ...commit, dependencies, hash })
  }
  return commits
}

function fromBase(stored: StoredDocument, facts: DocumentFacts, known?: Version): DocumentDelta {
  const { id, position } = stored.head
  if (stored.base === undefined) throw coreError("document-unreadable", `document "${id}" has lost its base`)
  const commits = sealStored(facts.base, commitsOf(stored)).filter(
    ({ dot }) => !facts.base.has(dot) && known?.has(dot) !== true
  )
  return { document: id, through: position, snapshot: { document: id, bytes: stored.base }, commits }
}

