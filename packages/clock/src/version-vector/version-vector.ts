import { type ActorId, parseActorId } from "../actor/actor-id.ts"
import { ActorTable } from "../actor/actor-table.ts"
import { assertSeq, type Dot, dotAfter, type DotRange } from "../actor/dot.ts"
import { ByteReader } from "../bytes/byte-reader.ts"
import { ByteWriter } from "../bytes/byte-writer.ts"
import type { ClockErrorCode } from "../error/clock-error-code.ts"
import { SynclineError } from "../error/syncline-error.ts"
import type { CausalOrder } from "./causal-order.ts"
import { diffEntries, meetEntries, mergeEntries } from "./combine.ts"
import { compareEntries, dominatesEntries, sameEntries } from "./compare.ts"
import {
  type Entries,
  entriesFromActors,
  exactSum,
  findSlot,
  insertInto,
  seqOf,
  sortedByActor
} from "./entries.ts"
import { readEntries, writeEntries } from "./vector-codec.ts"
import { resolveLimits, type VectorLimits } from "./vector-limits.ts"

/**
 * What the two ends of a codec share, and so need not send. The bytes say which of the two were used but not their
 * content: a decoder with another `since` or `table` than the encoder's reads another vector.
 */
export interface VectorEncodeOptions {
  /** What the peer knows: entries it has cost nothing, others only their gain. The decoder gets the merge of both. */
  readonly since?: VersionVector | undefined
  /** A table the peer has too: an actor then costs one byte in a dense vector instead of 8. Must hold every actor. */
  readonly table?: ActorTable | undefined
}

/** How to read an encoded vector. */
export interface VectorDecodeOptions extends VectorEncodeOptions {
  /** What to accept at most; see the defaults there. */
  readonly limits?: VectorLimits | undefined
  /** Where the vector's actors are interned. Default: the table of `since`, else {@link ActorTable.shared}. */
  readonly home?: ActorTable | undefined
}

/**
 * For every actor the highest contiguous sequence number: the set of all dots `(actor, 1…seq)`, in O(actors) space.
 *
 * Immutable: every operation returns a vector, itself where nothing changed. Sequence numbers are safe integers from 1,
 * and so is their sum; what would leave that range throws `vector-overflow`. Nothing is ever pruned: dropping an entry
 * turns known events into unknown ones, and with them order into conflict (see {@link Stability} for the safe way).
 *
 * Compare, merge, meet and diff take O(n + m) on one {@link ActorTable} and O((n + m) log n) across two.
 */
export class VersionVector implements Iterable<readonly [ActorId, number]> {
  /** The vector of no events. */
  static readonly empty: VersionVector = VersionVector.from([])

  readonly #entries: Entries

  private constructor(entries: Entries) {
    this.#entries = entries
  }

  /**
   * The vector with these entries, in any order, over `table` (default {@link ActorTable.shared}). Throws
   * `vector-invalid` if an actor occurs twice, `dot-invalid` if a seq is not a positive safe integer.
   */
  static from(
    entries: Iterable<readonly [ActorId, number]>,
    table: ActorTable = ActorTable.shared
  ): VersionVector {
    return new VersionVector(entriesFromActors(table, entries))
  }

  /** Sum of the seqs: how many dots this has. Strictly grows along causality. */
  get height(): number {
    return this.#entries.height
  }

  /** How many actors have an entry. */
  get size(): number {
    return this.#entries.slots.length
  }

  /** The actor's highest seq, 0 if it has none. */
  get(actor: ActorId): number {
    return seqOf(this.#entries, actor)
  }

  /** Whether the dot is in this set. */
  has(dot: Dot): boolean {
    return dot.seq >= 1 && dot.seq <= this.get(dot.actor)
  }

  /** The dot the actor's next event gets. Throws `vector-overflow` after 2⁵³−1. */
  next(actor: ActorId): Dot {
    return dotAfter(actor, this.get(actor))
  }

  /** This vector and all dots of an actor up to a seq. Never lowers an entry; O(n). */
  with(dot: Dot): VersionVector
  with(actor: ActorId, seq: number): VersionVector
  with(actorOrDot: ActorId | Dot, seq = 0): VersionVector {
    const dot = typeof actorOrDot === "object" ? actorOrDot : { actor: actorOrDot, seq }
    assertSeq(dot.seq, dot.actor)
    const { table, slots, seqs } = this.#entries
    const slot = table.intern(dot.actor)
    const at = findSlot(slots, slot)
    if (at >= 0 && (seqs[at] as number) >= dot.seq) return this
    // Keeping the very same slots array is what lets later comparisons skip the actors.
    if (at >= 0) return this.#replaced(slots, seqs.with(at, dot.seq))
    const widerSlots = new Uint32Array(slots.length + 1)
    const widerSeqs = new Float64Array(slots.length + 1)
    insertInto(widerSlots, slots, ~at, slot)
    insertInto(widerSeqs, seqs, ~at, dot.seq)
    return this.#replaced(widerSlots, widerSeqs)
  }

  /** This vector and all dots of each actor up to its seq; O(n + m log m). Throws as {@link from} does. */
  withAll(entries: Iterable<readonly [ActorId, number]>): VersionVector {
    const added = entriesFromActors(this.#entries.table, entries)
    const merged = mergeEntries(this.#entries, added)
    return merged === this.#entries ? this : new VersionVector(merged)
  }

  /** How this relates to `other`: `before` means that `other` has all of this and more. */
  compare(other: VersionVector): CausalOrder {
    return compareEntries(this.#entries, other.#entries)
  }

  /** Whether both are the same set of dots. O(1) where size or height differ. */
  equals(other: VersionVector): boolean {
    return sameEntries(this.#entries, other.#entries)
  }

  /** Whether this has every dot of `other` (so also when they are equal). */
  dominates(other: VersionVector): boolean {
    return dominatesEntries(this.#entries, other.#entries)
  }

  /** The union of both: the least vector that dominates them. On this vector's table. */
  merge(other: VersionVector): VersionVector {
    return this.#wrap(mergeEntries(this.#entries, other.#entries), other)
  }

  /** The intersection of both: the greatest vector that both dominate. */
  meet(other: VersionVector): VersionVector {
    return this.#wrap(meetEntries(this.#entries, other.#entries), other)
  }

  /** What this has and `other` lacks, so what a replica at `other` must be sent: a range per actor, in actor order. */
  diff(other: VersionVector): DotRange[] {
    return diffEntries(this.#entries, other.#entries)
  }

  /** Entries in actor order. */
  [Symbol.iterator](): IterableIterator<readonly [ActorId, number]> {
    return sortedByActor(this.#entries)[Symbol.iterator]()
  }

  /** Actors with an entry, in order. */
  actors(): ActorId[] {
    return sortedByActor(this.#entries).map(([actor]) => actor)
  }

  /** `{ actor: seq }` with keys in actor order, so equal vectors have one JSON text. */
  toJSON(): Record<ActorId, number> {
    return Object.fromEntries(sortedByActor(this.#entries)) as Record<ActorId, number>
  }

  /** The vector of a parsed {@link toJSON}. Throws `vector-invalid`, `actor-invalid` or `dot-invalid`. */
  static fromJSON(json: unknown, table: ActorTable = ActorTable.shared): VersionVector {
    if (typeof json !== "object" || json === null || Array.isArray(json)) {
      throw new SynclineError<ClockErrorCode>(
        "vector-invalid",
        "The JSON form of a version vector is an object from actor ids to sequence numbers"
      )
    }
    const pairs = Object.entries(json).map(([actor, seq]) => [parseActorId(actor), seq] as const)
    return VersionVector.from(pairs, table)
  }

  /** The canonical bytes of this vector; see {@link VectorEncodeOptions} for the shorter forms, SPEC for the format. */
  encode(options: VectorEncodeOptions = {}): Uint8Array<ArrayBuffer> {
    const writer = new ByteWriter()
    this.writeTo(writer, options)
    return writer.finish()
  }

  /** {@link encode}, as a part of a larger message. */
  writeTo(writer: ByteWriter, options: VectorEncodeOptions = {}): void {
    writeEntries(writer, this.#entries, { table: options.table, since: VersionVector.#of(options.since) })
  }

  /**
   * The vector these bytes encode, given the same `since` and `table` as its encoder. Accepts exactly the canonical
   * form; throws the `bytes-*` codes, and `actor-unknown` or `actor-table-full` from the tables.
   */
  static decode(bytes: Uint8Array, options: VectorDecodeOptions = {}): VersionVector {
    const reader = new ByteReader(bytes, { maxBytes: resolveLimits(options.limits).maxBytes })
    const pairs = VersionVector.#readPairs(reader, options)
    reader.expectEnd()
    return VersionVector.#fromPairs(pairs, options)
  }

  /** {@link decode}, as a part of a larger message, whose reader limits the bytes. */
  static readFrom(reader: ByteReader, options: VectorDecodeOptions = {}): VersionVector {
    return VersionVector.#fromPairs(VersionVector.#readPairs(reader, options), options)
  }

  static #readPairs(reader: ByteReader, options: VectorDecodeOptions): Array<readonly [ActorId, number]> {
    const shared = { table: options.table, since: VersionVector.#of(options.since) }
    return readEntries(reader, shared, options.limits)
  }

  // Apart from reading, so that actors are interned only once the bytes have proved to be in order.
  static #fromPairs(
    pairs: ReadonlyArray<readonly [ActorId, number]>,
    options: VectorDecodeOptions
  ): VersionVector {
    const since = VersionVector.#of(options.since)
    const read = entriesFromActors(options.home ?? since?.table ?? ActorTable.shared, pairs)
    if (options.since === undefined || since === undefined) return new VersionVector(read)
    const merged = mergeEntries(read, since)
    return merged === since ? options.since : new VersionVector(merged)
  }

  static #of(vector: VersionVector | undefined): Entries | undefined {
    return vector === undefined ? undefined : vector.#entries
  }

  #wrap(entries: Entries, other: VersionVector): VersionVector {
    if (entries === this.#entries) return this
    return entries === other.#entries ? other : new VersionVector(entries)
  }

  #replaced(slots: Uint32Array, seqs: Float64Array): VersionVector {
    return new VersionVector({ table: this.#entries.table, slots, seqs, height: exactSum(seqs) })
  }
}
