import { anchoredEdits, uniqueAnchors } from "../../sequence/anchored-edits.ts"
import { pushEdit, type SequenceEdit } from "../../sequence/sequence-edit.ts"
import type { SequencePair } from "../../sequence/sequence-pair.ts"
import { shortestEdits } from "../../sequence/shortest-edits.ts"
import { slideEdits } from "../../sequence/slide-edits.ts"
import type { WorkBudget } from "../../sequence/work-budget.ts"

// A search is worth this many steps an element; past that, anchors give nearly as short a script in no time.
const STEPS_PER_ELEMENT = 64
const EXACT_SHARE = 0.5

/**
 * A shortest edit script between two sequences of ids, within the budget. Elements that only one side has cannot stay and
 * are left out of the search. Where the rest occurs once on either side, as records do, the longest increasing
 * subsequence is the answer and costs O(n log n); otherwise that of Myers.
 */
export function exactEdits(pair: SequencePair, budget: WorkBudget): readonly SequenceEdit[] {
  const counts = { a: countIds(pair.a, pair.distinct), b: countIds(pair.b, pair.distinct) }
  const common = { a: positionsOfCommon(pair.a, counts.b), b: positionsOfCommon(pair.b, counts.a) }
  const kept = keptPairs(pair, common, isUnique(common.a, pair.a, counts.a, counts.b), budget)
  return slideEdits(editsBetween(kept, pair.a.length, pair.b.length), pair.a, pair.b)
}

/** Positions on both sides of what stays, ascending on both. */
interface Kept {
  readonly a: Int32Array
  readonly b: Int32Array
  readonly count: number
}

interface Positions {
  readonly a: Int32Array
  readonly b: Int32Array
}

function countIds(ids: Int32Array, distinct: number): Int32Array {
  const counts = new Int32Array(distinct)
  for (let i = 0; i < ids.length; i++) counts[ids[i] ?? 0] = (counts[ids[i] ?? 0] ?? 0) + 1
  return counts
}

function positionsOfCommon(ids: Int32Array, counts: Int32Array): Int32Array {
  const positions = new Int32Array(ids.length)
  let count = 0
  for (let i = 0; i < ids.length; i++) if ((counts[ids[i] ?? 0] ?? 0) > 0) positions[count++] = i
  return positions.subarray(0, count)
}

function isUnique(common: Int32Array, ids: Int32Array, inA: Int32Array, inB: Int32Array): boolean {
  return common.every(position => inA[ids[position] ?? 0] === 1 && inB[ids[position] ?? 0] === 1)
}

function keptPairs(pair: SequencePair, common: Positions, unique: boolean, budget: WorkBudget): Kept {
  if (!unique) return keptBySearch(pair, common, budget)
  const anchors = uniqueAnchors(pair)
  return { ...anchors, count: anchors.a.length }
}

function keptBySearch({ a, b, distinct }: SequencePair, common: Positions, budget: WorkBudget): Kept {
  const reduced = {
    a: common.a.map(position => a[position] ?? 0),
    b: common.b.map(position => b[position] ?? 0),
    distinct
  }
  const size = reduced.a.length + reduced.b.length
  const share = Math.min(EXACT_SHARE, (STEPS_PER_ELEMENT * size) / Math.max(1, budget.remaining))
  const shortest = budget.within(share, steps => shortestEdits(reduced.a, reduced.b, steps))
  const edits = shortest ?? budget.within(share, steps => anchoredEdits(reduced, reduced, steps))
  const kept = { a: new Int32Array(size), b: new Int32Array(size), count: 0 }
  let i = 0
  let j = 0
  for (const edit of [...edits, undefined]) {
    for (; i < (edit?.aStart ?? reduced.a.length); i++, j++) {
      kept.a[kept.count] = common.a[i] ?? 0
      kept.b[kept.count++] = common.b[j] ?? 0
    }
    i = edit?.aEnd ?? i
    j = edit?.bEnd ?? j
  }
  return kept
}

function editsBetween({ a, b, count }: Kept, aLength: number, bLength: number): SequenceEdit[] {
  const edits: SequenceEdit[] = []
  let aStart = 0
  let bStart = 0
  for (let k = 0; k <= count; k++) {
    const aEnd = k < count ? (a[k] ?? 0) : aLength
    const bEnd = k < count ? (b[k] ?? 0) : bLength
    if (aEnd > aStart || bEnd > bStart) pushEdit(edits, { aStart, aEnd, bStart, bEnd })
    aStart = aEnd + 1
    bStart = bEnd + 1
  }
  return edits
}
