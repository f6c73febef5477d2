import type { ActorId } from "@syncline/clock"
import { encodeBase } from "../codec/facts-codec.ts"
import type { PackedCommit } from "../codec/packed-commit.ts"
import type { Commit } from "../commit/commit.ts"
import { chainStart, sealCommit } from "../commit/commit-hash.ts"
import type { StoredDocument } from "../store/store.ts"
import { CommitReceipt } from "./commit-receipt.ts"
import { baseMeta } from "./compaction.ts"
import { sealStored } from "./delta.ts"
import { commitsOf, type DocumentSetup, openEngineDocument } from "./document-loader.ts"
import type { PendingBase } from "./document-state.ts"
import { pastHashes } from "./past-hashes.ts"
import { quarantineWrites } from "./quarantine.ts"

/** Two commits under one dot, and which of them stays (decision 6: the one with the lower hash, on every replica). */
export interface Fork {
  readonly actor: ActorId
  readonly seq: number
  readonly keeps: "ours" | "theirs"
}

/**
 * Finds where received commits leave the chain stored here. `undefined` when that lies below the base, where our hashes
 * are gone, or when the commits turn out to be the same.
 */
export function findFork(stored: StoredDocument, packed: readonly PackedCommit[]): Fork | undefined {
  const meta = baseMeta(stored)
  const ours = pastHashes(meta.base, commitsOf(stored))
  const hashAt = (actor: ActorId, seq: number) =>
    seq === 0 ? chainStart : (ours.get(actor)?.get(seq) ?? (meta.base.get(actor) === seq ? meta.base.entryOf(actor)?.hash : undefined))
  for (const commit of packed) {
    const { actor, seq } = commit.dot
    const previous = hashAt(actor, seq - 1)
    const here = hashAt(actor, seq)
    if (previous === undefined || here === undefined) continue
    const dependencies = commit.dependencies.map(({ actor, seq, hash8 }) => ({
      actor,
      seq,
      hash8: hash8 ?? (hashAt(actor, seq) ?? chainStart).subarray(0, 8)
    }))
    const theirs = sealCommit(previous, { ...commit, dependencies }, commit.update).hash
    const order = compareBytes(theirs, here)
    if (order !== 0) return { actor, seq, keeps: order < 0 ? "theirs" : "ours" }
  }
  return undefined
}

/** A document without the branch that lost and everything that builds on it, as its new base. */
export function withoutBranch(stored: StoredDocument, fork: Fork, setup: DocumentSetup, origin: object): PendingBase {
  const meta = baseMeta(stored)
  const commits = sealStored(meta.base, commitsOf(stored)).filter(({ dot }) => !meta.base.has(dot))
  const { kept, lost } = split(commits, fork)
  for (const commit of kept) meta.absorb(commit)
  const snapshot = replay(stored, kept, setup)
  const facts = { ...meta.facts(), base: meta.version, basePosition: stored.head.position, tailCommits: 0, tailBytes: 0 }
  return {
    bytes: encodeBase({ document: stored.head.id, facts, snapshot }),
    facts,
    dropThrough: stored.head.position,
    replaces: true,
    values: quarantineWrites(stored.head.id, lost),
    origin,
    receipt: new CommitReceipt()
  }
}

/** Commits come in dependency order, so one pass finds all that builds on the lost branch. */
function split(commits: readonly Commit[], fork: Fork): { readonly kept: readonly Commit[]; readonly lost: readonly Commit[] } {
  /** By actor, the first seq that is lost; everything after it in that chain is too. */
  const lostFrom = new Map<ActorId, number>([[fork.actor, fork.seq]])
  const isLost = (actor: ActorId, seq: number) => seq >= (lostFrom.get(actor) ?? Number.POSITIVE_INFINITY)
  const kept: Commit[] = []
  const lost: Commit[] = []
  for (const commit of commits) {
    const { actor, seq } = commit.dot
    const falls = isLost(actor, seq) || commit.dependencies.some(dependency => isLost(dependency.actor, dependency.seq))
    if (falls && !lostFrom.has(actor)) lostFrom.set(actor, seq)
    ;(falls ? lost : kept).push(commit)
  }
  return { kept, lost }
}

function replay(stored: StoredDocument, commits: readonly Commit[], setup: DocumentSetup): Uint8Array {
  const document = openEngineDocument({ records: [], ...(stored.base === undefined ? {} : { base: stored.base }) }, setup)
  try {
    document.ensureGenesis(commits.flatMap(commit => commit.genesis))
    const updates = commits.map(commit => commit.update).filter(update => update.length > 0)
    if (updates.length > 0) document.apply(updates)
    return document.snapshot()
  } finally {
    document.destroy()
  }
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
