import type { ActorId } from "@syncline/clock"
import { compareBytes, toHex } from "../codec/hex.ts"
import type { PackedCommit } from "../codec/packed-commit.ts"
import type { Commit } from "../commit/commit.ts"
import type { DocumentFacts } from "../commit/document-facts.ts"
import type { DocumentId } from "../document/document-id.ts"
import { DocumentMeta } from "./document-meta.ts"
import { type Fork, linkCommits } from "./link-commits.ts"
import { lossesFrom } from "./rebuild.ts"

/** What a document consists of, as far as forks go. */
export interface BranchedLog {
  readonly id: DocumentId
  /** Of the base: what it covers stays. */
  readonly base: DocumentFacts
  /** Those beyond the base, in log order. */
  readonly commits: readonly Commit[]
}

/** Branches that take the place of others. */
export interface BranchSwap {
  /** Where they part; at most one for each actor. */
  readonly forks: readonly Fork[]
  /** What goes: the branches that were there, and all that builds on them. */
  readonly lost: readonly Commit[]
  /** What comes, in this order. */
  readonly accepted: readonly Commit[]
}

/**
 * Work that choosing among the forks of one batch may take, in commits linked: some tenths of a second. Who forks hundreds of names
 * so that each branch left out leaves out another one would have it try as many times.
 */
const maxLinked = 2 ** 15

/** A long log is tried so often all the same. Forks that nobody made up took 4 tries at most in thousands of random cases. */
const minTries = 8

/** From which seq on each actor's commits go. */
export function firstSeqs(forks: readonly Fork[]): ReadonlyMap<ActorId, number> {
  return new Map(forks.map(({ actor, seq }) => [actor, seq]))
}

/**
 * Which of the branches that a log has forks with take the place of what is there: those with the lower hash where they
 * part, if what they build on is there or comes along.
 *
 * Two names may be forked so that each side's better branch builds on the worse one of the other side: either would put
 * the other out, and come in again with it. The one with the lowest hash of those stays.
 *
 * @returns nothing, too, where it would take too many tries to find out. O(document + batch), `minTries` times where those are long.
 */
export function findBranchSwap(
  log: BranchedLog,
  packed: readonly PackedCommit[],
  forks: readonly Fork[],
  tries: Tries = triesFor(log, packed)
): BranchSwap | undefined {
  const swap = swapOf(log, packed, forks, tries)
  const back = swap && swapBack(log, swap, tries)
  if (tries.left < 0) return undefined
  if (swap === undefined || back === undefined) return swap
  const isOut = hashesOf(back.lost)
  const rivals = swap.forks.filter(({ theirs }) => isOut.has(toHex(theirs)))
  // Nothing of what comes would go again: what would come back is of no branch that does.
  if (rivals.length === 0 || compareBytes(lowestOf(rivals), lowestOf(back.forks)) < 0) return swap
  return findBranchSwap(log, packed, without(forks, rivals), tries)
}

/** How many more combinations of branches are looked at; negative once one was not. */
interface Tries {
  left: number
}

function triesFor({ commits }: BranchedLog, packed: readonly PackedCommit[]): Tries {
  return { left: Math.max(minTries, maxLinked / (commits.length + packed.length)) }
}

/** What would come next if the other side were told of what goes. */
function swapBack(
  { id, base, commits }: BranchedLog,
  { lost, accepted }: BranchSwap,
  tries: Tries
): BranchSwap | undefined {
  const isLost = hashesOf(lost)
  const kept = commits.filter(({ hash }) => !isLost.has(toHex(hash)))
  const after = { id, base, commits: [...kept, ...accepted] }
  const packed = lost.map(({ hash, ...commit }) => ({ ...commit, check8: hash.subarray(0, 8) }))
  return swapOf(after, packed, linkCommits(metaOf(after), packed).forks, tries)
}

function swapOf(
  log: BranchedLog,
  packed: readonly PackedCommit[],
  forks: readonly Fork[],
  tries: Tries
): BranchSwap | undefined {
  const chosen = lowestByActor(lowerOf(forks))
  if (chosen.length === 0 || --tries.left < 0) return undefined
  const isLost = lossesFrom(firstSeqs(chosen))
  const lost: Commit[] = []
  const kept: Commit[] = []
  for (const commit of log.commits) (isLost(commit) ? lost : kept).push(commit)
  // Of a chain that goes because of another one, any other branch may come in.
  const chosenOf = new Map(chosen.map(fork => [fork.actor, fork]))
  const rivals = forks.filter(fork => (chosenOf.get(fork.actor) ?? fork) !== fork)
  const out = new Set([...hashesOf(lost), ...rivals.map(({ theirs }) => toHex(theirs))])
  const { accepted } = linkCommits(metaOf({ ...log, commits: kept }), packed, out)
  const isHere = hashesOf(accepted)
  const late = chosen.filter(({ theirs }) => !isHere.has(toHex(theirs)))
  if (late.length === 0) return { forks: chosen, lost, accepted }
  return swapOf(log, packed, without(forks, late), tries)
}

function metaOf({ id, base, commits }: BranchedLog): DocumentMeta {
  const meta = new DocumentMeta(id, base)
  meta.learnPast(new Map())
  for (const commit of commits) meta.absorb(commit)
  return meta
}

/** The forks in which the other branch is the better one. */
export function lowerOf(forks: readonly Fork[]): readonly Fork[] {
  return forks.filter(({ ours, theirs }) => compareBytes(theirs, ours) < 0)
}

/** Of each chain where it parts first, and of several branches that part there the lowest. */
function lowestByActor(forks: readonly Fork[]): readonly Fork[] {
  const lowest = new Map<ActorId, Fork>()
  for (const fork of forks) {
    const other = lowest.get(fork.actor)
    const order = other === undefined ? -1 : fork.seq - other.seq || compareBytes(fork.theirs, other.theirs)
    if (order < 0) lowest.set(fork.actor, fork)
  }
  return [...lowest.values()]
}

function without(forks: readonly Fork[], gone: readonly Fork[]): readonly Fork[] {
  const isGone = firstSeqs(gone)
  return forks.filter(({ actor }) => !isGone.has(actor))
}

/** The lowest hash that comes with any of them; there is at least one. */
function lowestOf(forks: readonly Fork[]): Uint8Array {
  return forks
    .map(({ theirs }) => theirs)
    .reduce((one, other) => (compareBytes(one, other) < 0 ? one : other))
}

function hashesOf(commits: readonly Commit[]): ReadonlySet<string> {
  return new Set(commits.map(({ hash }) => toHex(hash)))
}
