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
  /** Whether its hash is proven to be the sender's. Of a dot that comes twice one may be and the other not. */
  readonly isVerified: boolean
  /** The commit of the batch whose hash this one's covers; absent where that is of one which is here. */
  readonly previous: ReceivedCommit | undefined
}

/** Received commits of one document as their sender has them, and how far each chain was found to be what it had. */
export interface SealedBatch {
  readonly commits: readonly ReceivedCommit[]
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
  const last = new Map<string, Sealing>()
  const hashOf = ({ actor, seq }: Dot) => last.get(`${actor}${seq}`)?.sealed?.hash ?? meta.hashAt(actor, seq)
  const disproved = new Set<ActorId>()
  const vouched = new Set<ActorId>()
  const commits = packed.map((commit): Sealing => {
    const { actor, seq } = commit.dot
    const sealed = seal(commit, hashOf)
    const one = { packed: commit, sealed, isVerified: false, previous: last.get(`${actor}${seq - 1}`) }
    if (commit.check8 !== undefined) vouched.add(actor)
    if (sealed === undefined) return one
    last.set(`${actor}${seq}`, one)
    if (commit.check8 !== undefined && startsWith(sealed.hash, commit.check8)) verify(one)
    else if (commit.check8 !== undefined) disproved.add(actor)
    return one
  })
  return { commits, disproved, vouched }
}

interface Sealing extends ReceivedCommit {
  isVerified: boolean
  readonly previous: Sealing | undefined
}

/** A hash vouches for those it was computed from, and not for others under the same dots. */
function verify(end: Sealing): void {
  for (let at: Sealing | undefined = end; at !== undefined && !at.isVerified; at = at.previous)
    at.isVerified = true
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
