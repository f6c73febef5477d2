import { type ActorId, compareActorIds } from "../actor/actor-id.ts"
import type { ActorTable } from "../actor/actor-table.ts"
import { assertSeq } from "../actor/dot.ts"
import type { ClockErrorCode } from "../error/clock-error-code.ts"
import { SynclineError } from "../error/syncline-error.ts"

/**
 * The inside of a version vector. Immutable; arrays are shared between vectors and must never be written after
 * construction. `slots` ascends strictly, `seqs[i] >= 1` belongs to `slots[i]`, and `height` is the exact sum of `seqs`.
 *
 * Doubles, because a seq may use all 53 bits and one element kind keeps the loops monomorphic.
 */
export interface Entries {
  readonly table: ActorTable
  readonly slots: Uint32Array
  readonly seqs: Float64Array
  readonly height: number
}

/** Entries from parallel arrays in any order; `pairs[i]` is `[slot, seq]`, and a slot must occur once. */
function entriesFromPairs(table: ActorTable, pairs: Array<readonly [number, number]>): Entries {
  pairs.sort((a, b) => a[0] - b[0])
  const slots = new Uint32Array(pairs.length)
  const seqs = new Float64Array(pairs.length)
  for (let i = 0; i < pairs.length; i++) {
    const [slot, seq] = pairs[i] as readonly [number, number]
    if (i > 0 && slots[i - 1] === slot) throw duplicateActor(table.actorAt(slot))
    slots[i] = slot
    seqs[i] = seq
  }
  return { table, slots, seqs, height: exactSum(seqs) }
}

/** Entries from outside values; every actor and seq is checked. */
export function entriesFromActors(table: ActorTable, source: Iterable<readonly [ActorId, number]>): Entries {
  const pairs: Array<readonly [number, number]> = []
  for (const [actor, seq] of source) {
    assertSeq(seq, actor)
    pairs.push([table.intern(actor), seq])
  }
  return entriesFromPairs(table, pairs)
}

/** Where `slot` is in ascending `slots`, or the bitwise complement of where it would be inserted. */
export function findSlot(slots: Uint32Array, slot: number): number {
  let low = 0
  let high = slots.length - 1
  while (low <= high) {
    const middle = (low + high) >>> 1
    const at = slots[middle] as number
    if (at === slot) return middle
    if (at < slot) low = middle + 1
    else high = middle - 1
  }
  return ~low
}

/** The seq of `actor`, 0 if it has none. */
export function seqOf(entries: Entries, actor: ActorId): number {
  const slot = entries.table.indexOf(actor)
  if (slot < 0) return 0
  const at = findSlot(entries.slots, slot)
  return at < 0 ? 0 : (entries.seqs[at] as number)
}

/** Entries in actor order, the order of every codec and iteration (slots are in order of first sight). */
export function sortedByActor(entries: Entries): Array<readonly [ActorId, number]> {
  const { table, slots, seqs } = entries
  const pairs: Array<readonly [ActorId, number]> = []
  for (let i = 0; i < slots.length; i++) {
    pairs.push([table.actorAt(slots[i] as number), seqs[i] as number])
  }
  return pairs.sort((a, b) => compareActorIds(a[0], b[0]))
}

/**
 * The same entries over another table, and whether some did not fit. Actors the table lacks are interned, or, with
 * `grow` false, left out: a comparison must not make a table grow.
 */
export function translate(
  entries: Entries,
  table: ActorTable,
  grow: boolean
): { readonly entries: Entries; readonly partial: boolean } {
  if (entries.table === table) return { entries, partial: false }
  const pairs: Array<readonly [number, number]> = []
  for (let i = 0; i < entries.slots.length; i++) {
    const actor = entries.table.actorAt(entries.slots[i] as number)
    const slot = grow ? table.intern(actor) : table.indexOf(actor)
    if (slot >= 0) pairs.push([slot, entries.seqs[i] as number])
  }
  return { entries: entriesFromPairs(table, pairs), partial: pairs.length < entries.slots.length }
}

/** Fills `target`, longer by one than `source`, with `source` and `value` before its position `at`. */
export function insertInto<Numbers extends Uint32Array | Float64Array>(
  target: Numbers,
  source: Numbers,
  at: number,
  value: number
): void {
  target.set(source.subarray(0, at))
  target[at] = value
  target.set(source.subarray(at), at + 1)
}

/** The sum of `seqs`. Throws `vector-overflow` beyond the safe integers: comparison relies on exact heights. */
export function exactSum(seqs: Float64Array): number {
  let sum = 0
  for (let i = 0; i < seqs.length; i++) sum += seqs[i] as number
  if (sum > Number.MAX_SAFE_INTEGER) {
    throw new SynclineError<ClockErrorCode>(
      "vector-overflow",
      `The ${seqs.length} sequence numbers of a version vector sum to ${sum}, beyond the safe integers`,
      { details: { size: seqs.length, height: sum } }
    )
  }
  return sum
}

function duplicateActor(actor: ActorId): SynclineError<ClockErrorCode> {
  return new SynclineError("vector-invalid", `Actor ${actor} occurs twice in a version vector`, {
    details: { actor }
  })
}
