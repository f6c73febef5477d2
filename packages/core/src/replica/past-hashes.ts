import type { ActorId } from "@syncline/clock"
import type { PackedCommit } from "../codec/packed-commit.ts"
import type { Commit, Dependency } from "../commit/commit.ts"
import { chainStart, sealCommit } from "../commit/commit-hash.ts"
import type { Version } from "../commit/version.ts"
import { coreError } from "../errors/core-error.ts"

/** Full hashes of past commits, by actor and seq. */
export type PastHashes = ReadonlyMap<ActorId, ReadonlyMap<number, Uint8Array>>

/**
 * Gives stored commits their hashes back, along their chains from the base on; those which the base covers are left
 * out. O(commits).
 *
 * @throws SynclineError `codec-corrupt` when a commit's hash cannot be had although the base does not cover it.
 */
export function sealStored(base: Version, packed: readonly PackedCommit[]): readonly Commit[] {
  const hashes = new Map<ActorId, Map<number, Uint8Array>>()
  const at = (actor: ActorId, seq: number): Uint8Array | undefined => {
    const entry = base.entryOf(actor)
    return seq === 0 ? chainStart : entry?.seq === seq ? entry.hash : hashes.get(actor)?.get(seq)
  }
  const commits: Commit[] = []
  for (const one of packed) {
    if (base.has(one.dot)) continue
    const { actor, seq } = one.dot
    const sealed = sealPacked(one, at)
    const chain = hashes.get(actor) ?? new Map<number, Uint8Array>()
    hashes.set(actor, chain.set(seq, sealed.hash))
    commits.push(sealed)
  }
  return commits
}

/**
 * Gives one stored commit its hash back.
 *
 * @param hashAt the hash of a commit before it: of its own chain, and of what it depends on in the same batch.
 * @throws SynclineError `codec-corrupt` when `hashAt` does not know one.
 */
export function sealPacked(
  packed: PackedCommit,
  hashAt: (actor: ActorId, seq: number) => Uint8Array | undefined
): Commit {
  const { check8: _, ...commit } = packed
  const mustHash = (actor: ActorId, seq: number): Uint8Array => {
    const hash = hashAt(actor, seq)
    if (hash !== undefined) return hash
    throw coreError("codec-corrupt", `the hash of stored commit ${actor}:${seq} is lost`)
  }
  const dependencies = commit.dependencies.map(
    (named): Dependency => ({
      ...named,
      hash8: named.hash8 ?? mustHash(named.actor, named.seq).subarray(0, 8)
    })
  )
  const { actor, seq } = commit.dot
  return sealCommit(mustHash(actor, seq - 1), { ...commit, dependencies }, commit.update)
}

/** The hashes of commits, to be looked up. */
export function pastOf(commits: Iterable<Commit>): PastHashes {
  const past = new Map<ActorId, Map<number, Uint8Array>>()
  for (const { dot, hash } of commits) {
    const hashes = past.get(dot.actor) ?? new Map<number, Uint8Array>()
    past.set(dot.actor, hashes.set(dot.seq, hash))
  }
  return past
}
