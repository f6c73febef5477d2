import type { CausalOrder } from "./causal-order.ts"
import { type Entries, translate } from "./entries.ts"

/**
 * How `a` relates to `b`.
 *
 * Heights are exact sums, so they leave two candidates before any entry is read: of different heights, the higher one
 * is `after` or concurrent; of equal heights, the two are equal or concurrent. One test per entry settles which.
 */
export function compareEntries(a: Entries, b: Entries): CausalOrder {
  if (a.height === b.height) return sameEntries(a, b) ? "equal" : "concurrent"
  if (a.height > b.height) return dominatesEntries(a, b) ? "after" : "concurrent"
  return dominatesEntries(b, a) ? "before" : "concurrent"
}

/** Whether both hold the same seqs for the same actors. */
export function sameEntries(a: Entries, b: Entries): boolean {
  if (a.height !== b.height || a.slots.length !== b.slots.length) return false
  const { entries: other, partial } = translate(b, a.table, false)
  return (
    !partial && sameSeqs(a.seqs, other.seqs) && (a.slots === other.slots || sameSlots(a.slots, other.slots))
  )
}

/** Whether `a` has every dot of `b`; true for equal ones. */
export function dominatesEntries(a: Entries, b: Entries): boolean {
  if (a.height < b.height || a.slots.length < b.slots.length) return false
  const { entries: other, partial } = translate(b, a.table, false)
  if (partial) return false
  if (a.slots === other.slots) return noneGreater(a.seqs, other.seqs)
  return covers(a, other)
}

// Two copies of one loop: a loop that sees one kind of array runs half as long as one that sees both.
function sameSlots(a: Uint32Array, b: Uint32Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

function sameSeqs(a: Float64Array, b: Float64Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

function noneGreater(a: Float64Array, b: Float64Array): boolean {
  for (let i = 0; i < a.length; i++) if ((b[i] as number) > (a[i] as number)) return false
  return true
}

function covers(a: Entries, b: Entries): boolean {
  const aSlots = a.slots
  const aSeqs = a.seqs
  const bSlots = b.slots
  const bSeqs = b.seqs
  const end = aSlots.length
  const bEnd = bSlots.length
  let j = 0
  // Most vectors that meet agree on their first actors; there one index serves both.
  for (; j < bEnd && aSlots[j] === bSlots[j]; j++)
    if ((bSeqs[j] as number) > (aSeqs[j] as number)) return false
  for (let i = j; j < bEnd; i++, j++) {
    const slot = bSlots[j] as number
    while (i < end && (aSlots[i] as number) < slot) i++
    if (i === end || aSlots[i] !== slot || (aSeqs[i] as number) < (bSeqs[j] as number)) return false
  }
  return true
}
