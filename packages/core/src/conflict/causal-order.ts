import type { ActorId, Dot } from "@syncline/clock"
import { coreError } from "../errors/core-error.ts"
import type { CommitHeader } from "../commit/commit.ts"

/** What of a commit conflicts are found by. */
export interface IndexedCommit extends Pick<CommitHeader, "dot" | "kind" | "stamp" | "meta"> {
  readonly dependencies: readonly Dot[]
  readonly update: Uint8Array
}

/** A commit with its past, as far as it lies in the window. */
export interface PlacedCommit {
  readonly commit: IndexedCommit
  /** For each other actor the last commit of its that this one builds on. */
  readonly foreign: ReadonlyMap<ActorId, number>
  /** Whether its update was read; kept here, as every pair that does not know each other asks. */
  isRead: boolean
}

interface Chain {
  readonly first: number
  readonly commits: PlacedCommit[]
}

/** More writers between two snapshots nobody has; each commit is compared with the last one of every writer. */
const maxActors = 2_000

const nothing: ReadonlyMap<ActorId, number> = new Map()

/**
 * Which commits of a document know each other: those added here, in an order that respects dependencies. What they depend
 * on beside is taken for known to all. Commits of one run share what they know of others, so one takes memory by itself.
 */
export class CausalOrder {
  readonly #chains = new Map<ActorId, Chain>()

  get actors(): Iterable<ActorId> {
    return this.#chains.keys()
  }

  /**
   * O(1), and O(actors) where the commit names dependencies.
   *
   * @throws SynclineError `codec-limit` beyond 2,000 actors.
   */
  add(commit: IndexedCommit): PlacedCommit {
    const { actor, seq } = commit.dot
    const chain = this.#chains.get(actor) ?? { first: seq, commits: [] }
    this.#chains.set(actor, chain)
    if (this.#chains.size > maxActors)
      throw coreError("codec-limit", `conflicts are looked for among ${maxActors} writers at most`)
    const placed = {
      commit,
      foreign: this.#foreign(commit, chain.commits.at(-1)?.foreign ?? nothing),
      isRead: false
    }
    chain.commits.push(placed)
    return placed
  }

  /** A commit that was added. O(1). */
  find({ actor, seq }: Dot): PlacedCommit | undefined {
    const chain = this.#chains.get(actor)
    return chain?.commits[seq - chain.first]
  }

  /** Whether the commit, the last one added, builds on all others. */
  coversAll({ commit, foreign }: PlacedCommit): boolean {
    for (const [actor, { first, commits }] of this.#chains)
      if (actor !== commit.dot.actor && first + commits.length - 1 > (foreign.get(actor) ?? 0)) return false
    return true
  }

  /** The commits here that neither know this one nor are known to it. */
  *concurrentWith(placed: PlacedCommit): Generator<PlacedCommit> {
    for (const [actor, { first, commits }] of this.#chains) {
      if (actor === placed.commit.dot.actor) continue
      const [after, before] = this.gapOf(placed, actor)
      yield* commits.slice(Math.max(0, after + 1 - first), Math.max(0, before - first))
    }
  }

  /** Between which seqs, both left out, another actor's commits do not know this one and are not known to it. O(log n). */
  gapOf({ commit, foreign }: PlacedCommit, actor: ActorId): readonly [after: number, before: number] {
    const { dot } = commit
    const { first, commits } = this.#chains.get(actor) ?? { first: 1, commits: [] }
    let low = Math.max(0, (foreign.get(actor) ?? 0) + 1 - first)
    let high = commits.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((commits[middle]?.foreign.get(dot.actor) ?? 0) >= dot.seq) high = middle
      else low = middle + 1
    }
    return [foreign.get(actor) ?? 0, first + low]
  }

  #foreign(
    { dot, dependencies }: IndexedCommit,
    before: ReadonlyMap<ActorId, number>
  ): ReadonlyMap<ActorId, number> {
    if (dependencies.length === 0) return before
    const foreign = new Map(before)
    const raise = (actor: ActorId, seq: number): void => {
      if (actor !== dot.actor && seq > (foreign.get(actor) ?? 0)) foreign.set(actor, seq)
    }
    for (const { actor, seq } of dependencies) {
      raise(actor, seq)
      const chain = this.#chains.get(actor)
      for (const [other, known] of chain?.commits[seq - chain.first]?.foreign ?? nothing) raise(other, known)
    }
    return foreign
  }
}

/** Whether `b` builds on `a`. */
export function isBefore(a: PlacedCommit, b: PlacedCommit): boolean {
  const [first, second] = [a.commit.dot, b.commit.dot]
  if (first.actor === second.actor) return first.seq < second.seq
  return (b.foreign.get(first.actor) ?? 0) >= first.seq
}

/** Whether neither builds on the other. */
export function isConcurrent(a: PlacedCommit, b: PlacedCommit): boolean {
  return a !== b && !isBefore(a, b) && !isBefore(b, a)
}
