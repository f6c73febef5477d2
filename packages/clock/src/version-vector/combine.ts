import type { DotRange } from "../actor/dot.ts"
import { compareActorIds } from "../actor/actor-id.ts"
import { dominatesEntries } from "./compare.ts"
import { type Entries, exactSum, translate } from "./entries.ts"

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
  const room = a.slots.length + b.slots.length
  const slots = new Uint32Array(room)
  const seqs = new Float64Array(room)
  let i = 0
  let j = 0
  let size = 0
  // One cursor moves in every round, and an exhausted side counts as beyond every slot, so this always ends.
  while (i < a.slots.length || j < b.slots.length) {
    const x = i < a.slots.length ? (a.slots[i] as number) : Infinity
    const y = j < b.slots.length ? (b.slots[j] as number) : Infinity
    slots[size] = x < y ? x : y
    const left = x <= y ? (a.seqs[i++] as number) : 0
    const right = y <= x ? (b.seqs[j++] as number) : 0
    seqs[size++] = left > right ? left : right
  }
  const usedSeqs = seqs.slice(0, size)
  return { table: a.table, slots: slots.slice(0, size), seqs: usedSeqs, height: exactSum(usedSeqs) }
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
