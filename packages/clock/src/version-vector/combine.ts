import type { DotRange } from "../actor/dot.ts"
import { compareActorIds } from "../actor/actor-id.ts"
import { dominatesEntries } from "./compare.ts"
import { type Entries, exactSum, translate } from "./entries.ts"

// Above every slot: tables end far below.
const NO_SLOT = 2 ** 32

/** The smallest vector with every dot of both, over `a`'s table. Returns an argument itself where that is the answer. */
export function mergeEntries(a: Entries, b: Entries): Entries {
  // The common merge brings nothing new to one side, and asking costs a tenth of building.
  if (dominatesEntries(a, b)) return a
  const other = translate(b, a.table, true).entries
  if (dominatesEntries(other, a)) return other
  return a.slots === other.slots ? mergeAligned(a, other) : mergeUnion(a, other)
}

function mergeAligned(a: Entries, b: Entries): Entries {
  const seqs = new Float64Array(a.seqs.length)
  for (let i = 0; i < seqs.length; i++) {
    const x = a.seqs[i] as number
    const y = b.seqs[i] as number
    seqs[i] = x > y ? x : y
  }
  return { table: a.table, slots: a.slots, seqs, height: exactSum(seqs) }
}

function mergeUnion(a: Entries, b: Entries): Entries {
  const aSlots = a.slots
  const bSlots = b.slots
  const slots = new Uint32Array(unionSize(aSlots, bSlots))
  const seqs = new Float64Array(slots.length)
  let i = 0
  let j = 0
  for (let k = 0; k < slots.length; k++) {
    // An exhausted side counts as beyond every slot, so that one cursor or both move in every round.
    const x = i < aSlots.length ? (aSlots[i] as number) : NO_SLOT
    const y = j < bSlots.length ? (bSlots[j] as number) : NO_SLOT
    slots[k] = x < y ? x : y
    const left = x <= y ? (a.seqs[i++] as number) : 0
    const right = y <= x ? (b.seqs[j++] as number) : 0
    seqs[k] = left > right ? left : right
  }
  return { table: a.table, slots, seqs, height: exactSum(seqs) }
}

function unionSize(a: Uint32Array, b: Uint32Array): number {
  let shared = 0
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const x = a[i] as number
    const y = b[j] as number
    if (x === y) shared++
    if (x <= y) i++
    if (y <= x) j++
  }
  return a.length + b.length - shared
}

/** The largest vector with only dots both have, over `a`'s table; `a` itself where that is the answer. */
export function meetEntries(a: Entries, b: Entries): Entries {
  if (dominatesEntries(b, a)) return a
  const other = translate(b, a.table, false).entries
  const slots: number[] = []
  const seqs: number[] = []
  let i = 0
  let j = 0
  while (i < a.slots.length && j < other.slots.length) {
    const x = a.slots[i] as number
    const y = other.slots[j] as number
    if (x === y) {
      slots.push(x)
      seqs.push(Math.min(a.seqs[i] as number, other.seqs[j] as number))
    }
    if (x <= y) i++
    if (y <= x) j++
  }
  const met = Float64Array.from(seqs)
  return { table: a.table, slots: Uint32Array.from(slots), seqs: met, height: exactSum(met) }
}

/** The dots of `a` that `b` lacks, as one range per actor, in actor order. */
export function diffEntries(a: Entries, b: Entries): DotRange[] {
  const other = translate(b, a.table, false).entries
  const ranges: DotRange[] = []
  let j = 0
  for (let i = 0; i < a.slots.length; i++) {
    const slot = a.slots[i] as number
    while (j < other.slots.length && (other.slots[j] as number) < slot) j++
    const known = other.slots[j] === slot ? (other.seqs[j] as number) : 0
    const to = a.seqs[i] as number
    if (to > known) ranges.push({ actor: a.table.actorAt(slot), from: known + 1, to })
  }
  return ranges.sort((x, y) => compareActorIds(x.actor, y.actor))
}
