import type { ActorId, Dot } from "@syncline/clock"
import { equalBytes } from "../codec/hex.ts"
import type { PackedCommit } from "../codec/packed-commit.ts"
import type { Commit, Dependency } from "../commit/commit.ts"
import { sealCommit } from "../commit/commit-hash.ts"
import type { DocumentMeta } from "./document-meta.ts"

/** A received commit with the hash it has on its sender's chain. */
export interface ReceivedCommit {
  readonly packed: PackedCommit
  /** Absent where that chain or a dependency is not known here. */
  readonly sealed: Commit | undefined
}

/** Received commits of one document as their sender has them, and how far each chain was found to be what it had. */
export interface SealedBatch {
  readonly commits: readonly ReceivedCommit[]
  /** By actor: up to this seq the hashes agree with the sender's. */
  readonly verified: ReadonlyMap<ActorId, number>
  /** Actors of which some hash disagrees with the sender's. */
  readonly disproved: ReadonlySet<ActorId>
  /** Actors for whose chain the sender gave its word at all. */
  readonly vouched: ReadonlySet<ActorId>
}

/**
 * Computes the hashes of received commits as their sender has them: each chain continues what is here, and from then on
 * itself, be that another branch. The sender's own word for the end of each chain (`check8`) then tells whether that is
 * so: without it a commit of one branch would be taken for the continuation of the other.
 */
export function sealReceived(meta: DocumentMeta, packed: readonly PackedCommit[]): SealedBatch {
  const theirs = new Map<string, Uint8Array>()
  const hashOf = ({ actor, seq }: Dot) => theirs.get(`${actor}${seq}`) ?? meta.hashAt(actor, seq)
  const verified = new Map<ActorId, number>()
  const disproved = new Set<ActorId>()
  const vouched = new Set<ActorId>()
  const commits = packed.map((commit): ReceivedCommit => {
    const { actor, seq } = commit.dot
    const sealed = seal(commit, hashOf)
    if (commit.check8 !== undefined) vouched.add(actor)
    if (sealed === undefined) return { packed: commit, sealed }
    theirs.set(`${actor}${seq}`, sealed.hash)
    if (commit.check8 !== undefined && startsWith(sealed.hash, commit.check8)) verified.set(actor, seq)
    else if (commit.check8 !== undefined) disproved.add(actor)
    return { packed: commit, sealed }
  })
  return { commits, verified, disproved, vouched }
}

/** Whether a hash is the one that its first bytes name. */
export function startsWith(hash: Uint8Array, prefix: Uint8Array): boolean {
  return equalBytes(hash.subarray(0, prefix.length), prefix)
}

function seal(commit: PackedCommit, hashOf: (dot: Dot) => Uint8Array | undefined): Commit | undefined {
  const { check8: _, update, ...header } = commit
  const previous = hashOf({ actor: header.dot.actor, seq: header.dot.seq - 1 })
  if (previous === undefined) return undefined
  const dependencies: Dependency[] = []
  for (const { actor, seq, hash8 } of header.dependencies) {
    const hash = hash8 ?? hashOf({ actor, seq })?.subarray(0, 8)
    if (hash === undefined) return undefined
    dependencies.push({ actor, seq, hash8: hash })
  }
  return sealCommit(previous, { ...header, dependencies }, update)
}
