import type { ActorId } from "@syncline/clock"
import { encodeCommits } from "../codec/commit-encoder.ts"
import { decodeHead } from "../codec/facts-codec.ts"
import type { Commit } from "../commit/commit.ts"
import type { DocumentFacts } from "../commit/document-facts.ts"
import type { Version } from "../commit/version.ts"
import { coreError } from "../errors/core-error.ts"
import type { StoredDocument } from "../store/store.ts"
import type { DocumentDelta } from "../sync/sync-host.ts"
import { commitsOf } from "./document-loader.ts"
import { startsWith } from "./seal-received.ts"
import { sealStored } from "./past-hashes.ts"

/** From so many missing commits on it is worth looking whether a snapshot is smaller than they are. */
const snapshotWorthLooking = 256

/**
 * What a peer holding `known` lacks of a stored document: commits, or a snapshot where they are gone or larger.
 *
 * @param snapshotNow makes a snapshot of all that is stored, if there is one that loads.
 */
export function deltaSince(
  stored: StoredDocument,
  known: Version,
  snapshotNow: () => Uint8Array | undefined
): DocumentDelta {
  const facts = decodeHead(stored.head.body)
  const delta = { document: stored.head.id, through: stored.head.position }
  const whole = () => {
    const bytes = snapshotNow()
    return bytes && { document: stored.head.id, bytes }
  }
  // Who has nothing takes many commits one by one only to end where a snapshot is at once.
  if (known.entries.length === 0 && facts.tailCommits >= snapshotWorthLooking) {
    const snapshot = whole()
    if (snapshot !== undefined && snapshot.bytes.length <= facts.baseBytes + facts.tailBytes)
      return { ...delta, snapshot, commits: [] }
  }
  const commits = sealStored(facts.base, commitsOf(stored))
  const elsewhere = actorsElsewhere(facts, commits, known)
  const isElsewhere = elsewhere.size > 0
  const missing = commits.filter(({ dot }) => !known.has(dot) || elsewhere.has(dot.actor))
  const found = { ...delta, isElsewhere }
  // Where a peer stands on another branch, that may have left ours below the base: only the base can tell.
  const needsBase = isElsewhere && stored.base !== undefined
  if (needsBase || !known.vector.dominates(facts.base.vector))
    return { ...found, snapshot: baseOf(stored), commits: missing }
  // A snapshot cannot be undone: two that pass each other would fold a branch on either side, and the two never become one again.
  const isFew = missing.length < snapshotWorthLooking || missing.length * 2 < commits.length
  if (isElsewhere || isFew) return { ...found, commits: missing }
  const snapshot = whole()
  if (snapshot === undefined || encodeCommits(missing).length <= snapshot.bytes.length)
    return { ...delta, commits: missing }
  return { ...delta, snapshot, commits: [] }
}

/** What a peer lacks that applied our log up to a position. */
export function deltaAfter(stored: StoredDocument, after: number): DocumentDelta {
  const facts = decodeHead(stored.head.body)
  const commits = sealStored(facts.base, commitsOf(stored))
  const delta = { document: stored.head.id, through: stored.head.position }
  if (after < facts.basePosition) return { ...delta, snapshot: baseOf(stored), commits }
  const older = new Set(
    commitsOf({ records: stored.records.filter(record => record.position <= after) }).map(
      ({ dot }) => `${dot.actor}${dot.seq}`
    )
  )
  return { ...delta, commits: commits.filter(({ dot }) => !older.has(`${dot.actor}${dot.seq}`)) }
}

/**
 * Actors on whose chains a peer stands elsewhere: where its hash is not ours; and perhaps where it is ahead of us on a
 * chain known to be forked. Of those it needs to see all we have, to tell where they part.
 */
function actorsElsewhere(
  facts: DocumentFacts,
  commits: readonly Commit[],
  known: Version
): ReadonlySet<ActorId> {
  const hashes = new Map(commits.map(({ dot, hash }) => [`${dot.actor}${dot.seq}`, hash]))
  for (const { actor, seq, hash } of facts.base.entries) hashes.set(`${actor}${seq}`, hash)
  const elsewhere = new Set<ActorId>()
  for (const { actor, seq, hash } of known.entries) {
    const ours = hashes.get(`${actor}${seq}`)
    if (ours !== undefined && !startsWith(ours, hash)) elsewhere.add(actor)
  }
  for (const actor of facts.forked)
    if (known.get(actor) > (facts.chains.get(actor)?.seq ?? 0)) elsewhere.add(actor)
  return elsewhere
}

function baseOf({ base, head }: StoredDocument): NonNullable<DocumentDelta["snapshot"]> {
  if (base !== undefined) return { document: head.id, bytes: base }
  throw coreError("document-unreadable", `document "${head.id}" has lost its base`)
}
