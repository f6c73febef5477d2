import type { ActorId } from "@syncline/clock"
import type { PackedCommit } from "../codec/packed-commit.ts"
import type { Commit } from "../commit/commit.ts"
import { hashCommit } from "../commit/commit-hash.ts"
import type { Version } from "../commit/version.ts"
import { chainStart } from "../commit/commit-hash.ts"

/** Computes the full hashes of stored commits along their chains, from the base on. O(commits). */
export function pastHashes(base: Version, commits: readonly (PackedCommit | Commit)[]): Map<ActorId, Map<number, Uint8Array>> {
  const hashes = new Map<ActorId, Map<number, Uint8Array>>()
  const at = (actor: ActorId, seq: number) => {
    if (seq === 0) return chainStart
    const entry = base.entryOf(actor)
    return entry?.seq === seq ? entry.hash : hashes.get(actor)?.get(seq)
  }
  for (const commit of commits) {
    const { actor, seq } = commit.dot
    const previous = at(actor, seq - 1)
    // Below the base (a snapshot came over it): nobody may ask for it.
    if (previous === undefined) continue
    const dependencies = commit.dependencies.map(({ actor, seq, hash8 }) => ({
      actor,
      seq,
      hash8: hash8 ?? (at(actor, seq) ?? chainStart).subarray(0, 8)
    }))
    const chain = hashes.get(actor) ?? new Map<number, Uint8Array>()
    hashes.set(actor, chain.set(seq, hashCommit(previous, { ...commit, dependencies }, commit.update)))
  }
  return hashes
}
