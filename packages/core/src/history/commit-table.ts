import type { ActorId, Dot, VersionVector } from "@syncline/clock"
import type { Commit } from "../commit/commit.ts"
import { chainStart } from "../commit/commit-hash.ts"
import { Version, type VersionEntry } from "../commit/version.ts"
import { coreError } from "../errors/core-error.ts"
import { Column } from "./column.ts"

/** Where the content of a commit is: in a record of the log, or among those not durable yet, and which one there. */
export interface CommitPlace {
  /** Log position of the record; 0 for a commit that is not durable yet. */
  readonly position: number
  readonly offset: number
}

/** How far each actor's chain goes, by the table's number of the actor; like a version vector, for one table. */
export type Cut = readonly number[]

const hashBytes = 32

/**
 * What is kept in memory of the raw commits of a document: how they build on each other, their hashes, and where their
 * content is; not that content. A commit is known by its row. Rows are in log order, so a commit comes after all it
 * builds on. About 170 bytes a commit.
 */
export class CommitTable {
  readonly base: Version
  readonly #actors: ActorId[] = []
  readonly #numbers = new Map<ActorId, number>()
  readonly #baseSeqs: number[] = []
  /** By actor, rows by seq above the base. */
  readonly #chains: number[][] = []
  readonly #actorOf: Column = Column.ofUint32()
  readonly #seqOf: Column = Column.ofFloat64()
  /** Greatest stamp among a commit and all it builds on. */
  readonly #reachedOf: Column = Column.ofFloat64()
  /** Commits in the longest chain below. */
  readonly #depthOf: Column = Column.ofUint32()
  readonly #positionOf: Column = Column.ofFloat64()
  readonly #offsetOf: Column = Column.ofUint32()
  /** Rows that commits build on, of one commit after the other, and where those of each end. */
  readonly #parents: Column = Column.ofUint32()
  readonly #parentsEndOf: Column = Column.ofUint32()
  #hashes = new Uint8Array(64 * hashBytes)
  #deletions: { readonly row: number; readonly seen: VersionVector }[] = []
  #order: number[] = []
  /** By row, where it is in the order. */
  readonly #rankOf: Column = Column.ofUint32()

  constructor(base: Version) {
    this.base = base
    for (const { actor } of base.entries) this.#numberOf(actor)
  }

  get size(): number {
    return this.#actorOf.length
  }

  /** Everything that is here. */
  get end(): Cut {
    return this.#baseSeqs.map((seq, number) => seq + (this.#chains[number]?.length ?? 0))
  }

  /** What deletions among the rows had seen. */
  get deletions(): readonly { readonly row: number; readonly seen: VersionVector }[] {
    return this.#deletions
  }

  /**
   * Rows in the order of history, oldest first: by the greatest stamp among a commit and what it builds on (its own
   * stamp, unless clocks lied), then by the longest chain below it, then by actor. No commit comes before one it builds
   * on, and replicas with equal commits have the same order.
   */
  get order(): readonly number[] {
    let isSorted = true
    for (let row = this.#order.length; row < this.size; row++) {
      const last = this.#order.at(-1)
      isSorted &&= last === undefined || this.#compare(last, row) < 0
      this.#rankOf.set(row, this.#order.push(row) - 1)
    }
    if (isSorted) return this.#order
    this.#order.sort((a, b) => this.#compare(a, b))
    for (const [rank, row] of this.#order.entries()) this.#rankOf.set(row, rank)
    return this.#order
  }

  /** What one cut has above another, in the order of history. Costs what it gives. */
  rowsBetween(low: Cut, high: Cut): readonly number[] {
    const { order } = this
    const ranks = this.#chains.flatMap((chain, number) => {
      const base = this.#baseSeqs[number] ?? 0
      const rows = chain.slice((low[number] ?? 0) - base, Math.max(0, (high[number] ?? 0) - base))
      return rows.map(row => this.#rankOf.at(row))
    })
    return ranks.sort((a, b) => a - b).map(rank => mustAt(order, rank))
  }

  /** @throws SynclineError `codec-corrupt` for a commit that does not follow its chain. */
  add(commit: Commit, place: CommitPlace): void {
    const { actor, seq } = commit.dot
    const number = this.#numberOf(actor)
    const chain = this.#chains[number] ?? []
    const previous = chain.at(-1)
    if (seq !== this.base.get(actor) + chain.length + 1)
      throw coreError(
        "codec-corrupt",
        `commit ${actor}:${seq} of "${commit.document}" does not follow its chain`
      )
    const row = this.size
    const parents = commit.dependencies.flatMap(dot => this.rowOf(dot) ?? [])
    if (previous !== undefined) parents.push(previous)
    this.#reserve(row + 1)
    chain.push(row)
    this.#actorOf.push(number)
    this.#seqOf.push(seq)
    this.#reachedOf.push(
      parents.reduce((most, at) => Math.max(most, this.#reachedOf.at(at)), commit.stamp as number)
    )
    this.#depthOf.push(parents.reduce((most, at) => Math.max(most, this.#depthOf.at(at) + 1), 0))
    this.#positionOf.push(place.position)
    this.#offsetOf.push(place.offset)
    for (const parent of parents) this.#parents.push(parent)
    this.#parentsEndOf.push(this.#parents.length)
    this.#hashes.set(commit.hash, row * hashBytes)
    if (commit.seen !== undefined) this.#deletions.push({ row, seen: commit.seen })
  }

  /** Forgets the rows from `size` on. */
  truncate(size: number): void {
    if (size >= this.size) return
    for (let row = this.size - 1; row >= size; row--) this.#chains[this.actorNumber(row)]?.pop()
    this.#parents.truncate(size === 0 ? 0 : this.#parentsEndOf.at(size - 1))
    for (const column of this.#columns) column.truncate(size)
    this.#deletions = this.#deletions.filter(({ row }) => row < size)
    this.#order = this.#order.filter(row => row < size)
    for (const [rank, row] of this.#order.entries()) this.#rankOf.set(row, rank)
  }

  /** The row of a commit; `undefined` below the base and for what is not here. */
  rowOf({ actor, seq }: Dot): number | undefined {
    const number = this.#numbers.get(actor)
    return number === undefined ? undefined : this.#chains[number]?.[seq - this.base.get(actor) - 1]
  }

  dotOf(row: number): Dot {
    return { actor: mustAt(this.#actors, this.actorNumber(row)), seq: this.seqOf(row) }
  }

  actorNumber(row: number): number {
    return this.#actorOf.at(row)
  }

  seqOf(row: number): number {
    return this.#seqOf.at(row)
  }

  placeOf(row: number): CommitPlace {
    return { position: this.#positionOf.at(row), offset: this.#offsetOf.at(row) }
  }

  /** The rows a commit directly builds on; what is below the base is left out. */
  parentsOf(row: number): readonly number[] {
    const parents: number[] = []
    const end = this.#parentsEndOf.at(row)
    for (let at = row === 0 ? 0 : this.#parentsEndOf.at(row - 1); at < end; at++)
      parents.push(this.#parents.at(at))
    return parents
  }

  /** The hash of the commit at a place in a chain; `undefined` where it is not known. A copy. */
  hashAt(actor: ActorId, seq: number): Uint8Array | undefined {
    if (seq === 0) return chainStart
    const entry = this.base.entryOf(actor)
    if (entry?.seq === seq) return entry.hash
    const row = this.rowOf({ actor, seq })
    return row === undefined ? undefined : this.hashOf(row)
  }

  hashOf(row: number): Uint8Array {
    return this.#hashes.slice(row * hashBytes, (row + 1) * hashBytes)
  }

  /** What a version is here. Actors that are not here are left out. */
  cutOf(version: { get(actor: ActorId): number }): Cut {
    return this.#actors.map(actor => version.get(actor))
  }

  /** The version a cut at or above the base names. */
  versionOf(cut: Cut): Version {
    const entries: VersionEntry[] = []
    for (const [number, actor] of this.#actors.entries()) {
      const seq = cut[number] ?? 0
      const hash = seq === 0 ? undefined : this.hashAt(actor, seq)
      if (hash !== undefined) entries.push({ actor, seq, hash })
    }
    return Version.from(entries)
  }

  has(cut: Cut, row: number): boolean {
    return this.seqOf(row) <= (cut[this.actorNumber(row)] ?? 0)
  }

  /** Those with a value for each row. */
  get #columns(): readonly Column[] {
    const places = [this.#positionOf, this.#offsetOf, this.#parentsEndOf, this.#rankOf]
    return [this.#actorOf, this.#seqOf, this.#reachedOf, this.#depthOf, ...places]
  }

  #compare(a: number, b: number): number {
    return (
      this.#reachedOf.at(a) - this.#reachedOf.at(b) ||
      this.#depthOf.at(a) - this.#depthOf.at(b) ||
      (mustAt(this.#actors, this.actorNumber(a)) < mustAt(this.#actors, this.actorNumber(b)) ? -1 : 1)
    )
  }

  #numberOf(actor: ActorId): number {
    const known = this.#numbers.get(actor)
    if (known !== undefined) return known
    this.#numbers.set(actor, this.#actors.length)
    this.#chains.push([])
    this.#baseSeqs.push(this.base.get(actor))
    return this.#actors.push(actor) - 1
  }

  #reserve(rows: number): void {
    if (rows * hashBytes <= this.#hashes.length) return
    const larger = new Uint8Array(this.#hashes.length * 2)
    larger.set(this.#hashes)
    this.#hashes = larger
  }
}

function mustAt<T>(items: readonly T[], index: number): T {
  const item = items[index]
  if (item === undefined) throw new RangeError(`there is nothing at ${index}`)
  return item
}
