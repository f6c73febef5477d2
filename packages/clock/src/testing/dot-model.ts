import fc from "fast-check"
import { type ActorId, parseActorId } from "../actor/actor-id.ts"
import { ActorTable } from "../actor/actor-table.ts"
import type { Dot, DotRange } from "../actor/dot.ts"
import type { CausalOrder } from "../version-vector/causal-order.ts"
import { VersionVector } from "../version-vector/version-vector.ts"

/** A set of dots as plainly as it can be had: one text per dot. What the package computes is checked against it. */
export type DotModel = ReadonlySet<string>

/** Few actors, so that random sets overlap; spread over the id space, neighbours and extremes included. */
export const ACTORS: readonly ActorId[] = [
  "0000000000000000",
  "0000000000000001",
  "00000000ffffffff",
  "7fffffffffffffff",
  "8000000000000000",
  "ffffffffffffffff"
].map(parseActorId)

export const dotText = (dot: Dot): string => `${dot.actor}:${dot.seq}`

/** The dots of some ranges. */
export function modelOfRanges(ranges: Iterable<DotRange>): DotModel {
  const dots = new Set<string>()
  for (const { actor, from, to } of ranges) {
    for (let seq = from; seq <= to; seq++) dots.add(dotText({ actor, seq }))
  }
  return dots
}

/** The dots of a vector, as its iterator tells them. */
export function modelOfVector(vector: VersionVector): DotModel {
  return modelOfRanges([...vector].map(([actor, to]) => ({ actor, from: 1, to })))
}

/** The relation of two sets by definition. */
export function modelOrder(a: DotModel, b: DotModel): CausalOrder {
  if (isSubset(a, b)) return isSubset(b, a) ? "equal" : "before"
  return isSubset(b, a) ? "after" : "concurrent"
}

/** What is in `a` and not in `b`. */
export function modelDifference(a: DotModel, b: DotModel): DotModel {
  return new Set([...a].filter(dot => !b.has(dot)))
}

function isSubset(a: DotModel, b: DotModel): boolean {
  return modelDifference(a, b).size === 0
}

/** Seqs by actor. */
const arbitraryEntries: fc.Arbitrary<Array<readonly [ActorId, number]>> = fc.uniqueArray(
  fc.tuple(fc.constantFrom(...ACTORS), fc.integer({ min: 1, max: 4 })),
  { selector: ([actor]) => actor }
)

// A few tables that have met the actors in different orders, as processes have.
const tables = [ACTORS, ACTORS.toReversed(), []].map(actors => {
  const table = new ActorTable()
  for (const actor of actors) table.intern(actor)
  return table
})

/** Small vectors over {@link ACTORS}, on various actor tables. */
export const arbitraryVector: fc.Arbitrary<VersionVector> = fc
  .tuple(arbitraryEntries, fc.constantFrom(...tables))
  .map(([entries, table]) => VersionVector.from(entries, table))

/** Short ranges over {@link ACTORS}, overlapping and out of order. */
export const arbitraryRanges: fc.Arbitrary<DotRange[]> = fc.array(
  fc
    .tuple(
      fc.constantFrom(...ACTORS.slice(0, 3)),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 0, max: 3 })
    )
    .map(([actor, from, more]) => ({ actor, from, to: from + more })),
  { maxLength: 8 }
)

/** Bytes near a valid encoding: some overwritten, the end cut or extended. */
export function arbitraryDamage(valid: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }))
  return fc
    .tuple(valid, fc.array(change, { maxLength: 3 }), fc.integer({ min: -3, max: 3 }))
    .map(([bytes, changes, growth]) => {
      const damaged = new Uint8Array(Math.max(0, bytes.length + growth))
      damaged.set(bytes.subarray(0, damaged.length))
      for (const [at, byte] of changes) if (damaged.length > 0) damaged[at % damaged.length] = byte
      return damaged
    })
}
