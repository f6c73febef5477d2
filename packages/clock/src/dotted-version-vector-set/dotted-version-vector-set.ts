import { type ActorId, compareActorIds } from "../actor/actor-id.ts"
import type { Dot } from "../actor/dot.ts"
import type { ByteReader } from "../bytes/byte-reader.ts"
import type { ByteWriter } from "../bytes/byte-writer.ts"
import type { CausalOrder } from "../version-vector/causal-order.ts"
import { VersionVector } from "../version-vector/version-vector.ts"
import { type DottedEntry, joinEntries } from "./dotted-entry.ts"
import { readDottedEntries, type DottedSetLimits, writeDottedEntries } from "./dotted-set-codec.ts"

/**
 * The concurrent values of one register, with just enough history to tell which of them a write has seen.
 *
 * A reader takes {@link values} and {@link context}; a writer hands that context back with {@link event}, and what it had
 * seen is replaced while what it had not stays beside the new value. Compact dotted version vectors after Almeida,
 * Baquero, Gonçalves, Preguiça and Fonte, "Scalable and Accurate Causality Tracking for Eventually Consistent Stores"
 * (DAIS 2014); unlike theirs, every value here has a dot: there are no anonymous ones.
 *
 * Immutable. Costs are linear in actors plus values.
 */
export class DottedVersionVectorSet<V> {
  /** Ascending by actor. */
  readonly #entries: ReadonlyArray<DottedEntry<V>>

  private constructor(entries: ReadonlyArray<DottedEntry<V>>) {
    this.#entries = entries
  }

  /** The set that has seen nothing. */
  static empty<V>(): DottedVersionVectorSet<V> {
    return new DottedVersionVectorSet<V>([])
  }

  /** The set that has seen everything in `context` and holds no value of it: synced with another, it only overwrites. */
  static seen<V>(context: VersionVector): DottedVersionVectorSet<V> {
    return new DottedVersionVectorSet<V>([...context].map(([actor, seq]) => ({ actor, seq, values: [] })))
  }

  /** All dots this set has seen; what a writer hands back. */
  get context(): VersionVector {
    return VersionVector.from(this.#entries.map(({ actor, seq }) => [actor, seq] as const))
  }

  /** The concurrent values: by actor, newest first within one. */
  get values(): V[] {
    return this.#entries.flatMap(({ values }) => values)
  }

  /** How many concurrent values there are. */
  get size(): number {
    return this.#entries.reduce((size, { values }) => size + values.length, 0)
  }

  /** Actors this set has seen events of, in order. */
  actors(): ActorId[] {
    return this.#entries.map(({ actor }) => actor)
  }

  /** Each value with the dot of the event that wrote it, in the order of {@link values}. */
  dotted(): Array<readonly [Dot, V]> {
    return this.#entries.flatMap(({ actor, seq, values }) =>
      values.map((value, i) => [{ actor, seq: seq - i }, value] as const)
    )
  }

  /**
   * A write by `actor` that had read `context`: replaces what that covers, and stays beside everything else. An actor
   * writes only on sets that have seen all its earlier events, or two values would share a dot. A context that claims
   * more than was ever written discards values to come, so take it only from whom you would let overwrite them.
   */
  event(actor: ActorId, value: V, context: VersionVector = VersionVector.empty): DottedVersionVectorSet<V> {
    const { seq } = this.context.merge(context).next(actor)
    const synced = this.sync(DottedVersionVectorSet.seen(context)).#entries
    const before = synced.find(entry => entry.actor === actor)
    const entry = { actor, seq, values: [value, ...(before?.values ?? [])] }
    const others = synced.filter(other => other.actor !== actor)
    return new DottedVersionVectorSet([...others, entry].sort(byActor))
  }

  /** The join of both: what either has seen, without the values either has seen overwritten. */
  sync(other: DottedVersionVectorSet<V>): DottedVersionVectorSet<V> {
    const joined = new Map(this.#entries.map(entry => [entry.actor, entry]))
    for (const entry of other.#entries) {
      const mine = joined.get(entry.actor)
      joined.set(entry.actor, mine === undefined ? entry : joinEntries(mine, entry))
    }
    return new DottedVersionVectorSet([...joined.values()].sort(byActor))
  }

  /** How the histories relate. Values play no part: `equal` sets can differ in which values they still have. */
  compare(other: DottedVersionVectorSet<V>): CausalOrder {
    return this.context.compare(other.context)
  }

  /** Whether both have the same history and, dot for dot, the same values. */
  equals(other: DottedVersionVectorSet<V>, same: (a: V, b: V) => boolean = Object.is): boolean {
    return (
      this.#entries.length === other.#entries.length &&
      this.#entries.every((entry, i) => sameEntry(entry, other.#entries[i], same))
    )
  }

  /** Each value replaced by its image, under the same dots. */
  map<W>(image: (value: V) => W): DottedVersionVectorSet<W> {
    return new DottedVersionVectorSet(
      this.#entries.map(({ actor, seq, values }) => ({ actor, seq, values: values.map(image) }))
    )
  }

  /**
   * The greatest under `order` (negative, zero, positive) of each actor's newest values; the first actor's among equals.
   * Undefined for no value. An order that follows each actor's own writes, as stamps do, makes it the greatest of all.
   */
  last(order: (a: V, b: V) => number): V | undefined {
    return this.#winner(order)?.values[0]
  }

  /**
   * The same history with only the value {@link last} picks, under the dot it had. Discarding needs no event and syncs
   * with the undiscarded set in any order, provided all replicas use the same total order.
   */
  lww(order: (a: V, b: V) => number): DottedVersionVectorSet<V> {
    const winner = this.#winner(order)
    return new DottedVersionVectorSet(
      this.#entries.map(entry => ({ ...entry, values: entry === winner ? entry.values.slice(0, 1) : [] }))
    )
  }

  /** A write by `actor` that has seen everything and replaces all values by what `combine` makes of them. */
  reconcile(actor: ActorId, combine: (values: V[]) => V): DottedVersionVectorSet<V> {
    return this.event(actor, combine(this.values), this.context)
  }

  /** Writes the canonical bytes, with each value as `writeValue` does; SPEC has the format. */
  writeTo(writer: ByteWriter, writeValue: (writer: ByteWriter, value: V) => void): void {
    writeDottedEntries(writer, this.#entries, writeValue)
  }

  /** Reads what {@link writeTo} wrote; canonical as far as `readValue` is. Throws the `bytes-*` codes. */
  static readFrom<V>(
    reader: ByteReader,
    readValue: (reader: ByteReader) => V,
    limits: DottedSetLimits = {}
  ): DottedVersionVectorSet<V> {
    return new DottedVersionVectorSet(readDottedEntries(reader, readValue, limits))
  }

  /** Looks at newest values only: keeping an older one would give it the newest one's dot (see DottedEntry). */
  #winner(order: (a: V, b: V) => number): DottedEntry<V> | undefined {
    return this.#entries
      .filter(({ values }) => values.length > 0)
      .reduce<DottedEntry<V> | undefined>(
        (best, next) =>
          best === undefined || order(next.values[0] as V, best.values[0] as V) > 0 ? next : best,
        undefined
      )
  }
}

function byActor<V>(a: DottedEntry<V>, b: DottedEntry<V>): number {
  return compareActorIds(a.actor, b.actor)
}

function sameEntry<V>(
  a: DottedEntry<V>,
  b: DottedEntry<V> | undefined,
  same: (a: V, b: V) => boolean
): boolean {
  if (b === undefined || a.actor !== b.actor || a.seq !== b.seq || a.values.length !== b.values.length)
    return false
  return a.values.every((value, i) => same(value, b.values[i] as V))
}
