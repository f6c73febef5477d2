import type { ActorId } from "@syncline/clock"
import { equalBytes } from "../codec/hex.ts"
import type { PackedCommit, PackedDependency } from "../codec/packed-commit.ts"
import type { Commit, Dependency } from "../commit/commit.ts"
import { sealCommit } from "../commit/commit-hash.ts"
import type { Rejection } from "../sync/sync-host.ts"
import type { DocumentMeta } from "./document-meta.ts"

/** Full hashes of past commits, by `actor` and seq: what dependencies on something older than a chain's end name. */
export type PastHashes = ReadonlyMap<ActorId, ReadonlyMap<number, Uint8Array>>

/** What became of received commits of one document, in order. */
export interface LinkedCommits {
  /** New here, chained and with all dependencies: to be applied. */
  readonly accepted: readonly Commit[]
  /** Had before. */
  readonly known: number
  /** Why the rest was not accepted. */
  readonly problem?: Pick<Rejection, "reason" | "message">
}

/**
 * Chains received commits onto what is here, computing their hashes. Stops at the first one that does not fit.
 *
 * @param meta is moved along: give a copy.
 */
export function linkCommits(meta: DocumentMeta, packed: readonly PackedCommit[], past: PastHashes): LinkedCommits {
  const accepted: Commit[] = []
  let known = 0
  for (const commit of packed) {
    const { actor, seq } = commit.dot
    const chain = meta.chainOf(actor)
    if (seq <= (chain?.seq ?? 0)) {
      known++
      const hash = hashAt(meta, past, actor, seq)
      if (hash !== undefined && commit.check8 !== undefined && !startsWith(hash, commit.check8))
        return { accepted, known, problem: forked(commit) }
      continue
    }
    const linked = linkOne(meta, commit, past)
    if ("reason" in linked) return { accepted, known, problem: linked }
    meta.absorb(linked)
    accepted.push(linked)
  }
  return { accepted, known }
}

/** Whether checking these commits needs hashes older than the ends of the chains. */
export function needsPast(meta: DocumentMeta, packed: readonly PackedCommit[]): boolean {
  const older = (actor: ActorId, seq: number) => seq < (meta.chainOf(actor)?.seq ?? 0) && seq > meta.base.get(actor)
  return packed.some(
    ({ dot, check8, dependencies }) =>
      (check8 !== undefined && older(dot.actor, dot.seq)) || dependencies.some(({ actor, seq }) => older(actor, seq))
  )
}

function linkOne(meta: DocumentMeta, commit: PackedCommit, past: PastHashes): Commit | Pick<Rejection, "reason" | "message"> {
  const { actor, seq } = commit.dot
  if (seq !== (meta.chainOf(actor)?.seq ?? 0) + 1)
    return { reason: "missing-dependency", message: `commit ${actor}:${seq} does not follow ${meta.chainOf(actor)?.seq ?? 0}` }
  const dependencies: Dependency[] = []
  for (const dependency of commit.dependencies) {
    const resolved = resolve(meta, past, actor, dependency)
    if ("reason" in resolved) return resolved
    dependencies.push(resolved)
  }
  const { check8, update, ...header } = commit
  const linked = sealCommit(meta.previousHash(actor), { ...header, dependencies }, update.slice())
  if (check8 !== undefined && !startsWith(linked.hash, check8)) return forked(commit)
  return claimProblem(meta, linked) ?? linked
}

function resolve(
  meta: DocumentMeta,
  past: PastHashes,
  author: ActorId,
  { actor, seq, hash8 }: PackedDependency
): Dependency | Pick<Rejection, "reason" | "message"> {
  if (actor === author) return { reason: "invalid", message: `a commit of ${actor} names its own chain as a dependency` }
  if (seq > (meta.chainOf(actor)?.seq ?? 0))
    return { reason: "missing-dependency", message: `commit ${actor}:${seq} is not here` }
  const ours = hashAt(meta, past, actor, seq)
  if (hash8 === undefined)
    return ours === undefined
      ? { reason: "invalid", message: `the batch leaves out the hash of ${actor}:${seq}` }
      : { actor, seq, hash8: ours.subarray(0, 8) }
  if (ours !== undefined && !startsWith(ours, hash8))
    return { reason: "forked", message: `the commit builds on another ${actor}:${seq} than the one here` }
  // Below the base the hash is not known any more and the sender's word stands.
  return { actor, seq, hash8: hash8.slice() }
}

/** A deletion may claim only what its author can have seen: what its dependencies bring, all of which is here. */
function claimProblem(meta: DocumentMeta, commit: Commit): Pick<Rejection, "reason" | "message"> | undefined {
  const { seen, kind, dot } = commit
  if ((kind === "delete") !== (seen !== undefined)) return { reason: "invalid", message: "only a deletion says what it has seen" }
  if (seen === undefined) return undefined
  const possible = meta.version.vector.with(dot)
  if (possible.dominates(seen) && seen.get(dot.actor) === dot.seq) return undefined
  return { reason: "invalid", message: `deletion ${dot.actor}:${dot.seq} claims to have seen what is not below it` }
}

function hashAt(meta: DocumentMeta, past: PastHashes, actor: ActorId, seq: number): Uint8Array | undefined {
  const chain = meta.chainOf(actor)
  if (chain?.seq === seq) return chain.hash
  const base = meta.base.entryOf(actor)
  return base?.seq === seq ? base.hash : past.get(actor)?.get(seq)
}

function forked(commit: PackedCommit): Pick<Rejection, "reason" | "message"> {
  const { actor, seq } = commit.dot
  return { reason: "forked", message: `commit ${actor}:${seq} is not the one its dot names here: two writers used one identity` }
}

function startsWith(hash: Uint8Array, prefix: Uint8Array): boolean {
  return equalBytes(hash.subarray(0, prefix.length), prefix)
}
