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
    !partial &&
    sameNumbers(a.seqs, other.seqs) &&
    (a.slots === other.slots || sameNumbers(a.slots, other.slots))
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

function sameNumbers(a: Uint32Array | Float64Array, b: Uint32Array | Float64Array): boolean {
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
  let i = 0
  for (let j = 0; j < bSlots.length; j++) {
    const slot = bSlots[j] as number
    while (i < end && (aSlots[i] as number) < slot) i++
    if (i === end || aSlots[i] !== slot || (aSeqs[i] as number) < (bSeqs[j] as number)) return false
    i++
  }
  return true
}
