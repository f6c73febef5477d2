import { pushEdit, type SequenceEdit, shiftEdit } from "./sequence-edit.ts"
import { type SequencePair, shingles } from "./shingles.ts"
import { shortestEdits } from "./shortest-edits.ts"
import type { WorkBudget } from "./work-budget.ts"

/**
 * An edit script for sequences too different for the shortest one: runs of `2 ** doublings` elements which occur once on
 * either side anchor the alignment (the longest chain of them in the same order, as in patience diff), and only the gaps
 * between anchors are searched, each with its share of the budget. A gap whose share runs out is replaced as a whole.
 *
 * O(N + M + U log U) besides the budget, for U unique runs.
 */
export function anchoredEdits(pair: SequencePair, doublings: number, budget: WorkBudget): SequenceEdit[] {
  const { a, b } = pair
  const edits: SequenceEdit[] = []
  let aFrom = 0
  let bFrom = 0
  for (const [aTo, bTo] of [...uniqueAnchors(shingles(pair, doublings)), [a.length, b.length] as const]) {
    const size = aTo - aFrom + bTo - bFrom
    const left = a.length - aFrom + b.length - bFrom
    const gap =
      size === 0
        ? []
        : budget.within(size / left, share => gapEdits(a.subarray(aFrom, aTo), b.subarray(bFrom, bTo), share))
    for (const edit of gap) pushEdit(edits, shiftEdit(edit, aFrom, bFrom))
    aFrom = aTo + 1
    bFrom = bTo + 1
  }
  return edits
}

function gapEdits(a: Int32Array, b: Int32Array, budget: WorkBudget): readonly SequenceEdit[] {
  const shortest = shortestEdits(a, b, budget)
  if (shortest !== undefined) return shortest
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let end = 0
  const most = Math.min(a.length, b.length) - start
  while (end < most && a[a.length - 1 - end] === b[b.length - 1 - end]) end++
  return [{ aStart: start, aEnd: a.length - end, bStart: start, bEnd: b.length - end }]
}

/** Positions of the elements unique on both sides that appear in the same order on both, as many as possible. */
function uniqueAnchors({ a, b, distinct }: SequencePair): [a: number, b: number][] {
  const inA = onlyPositions(a, distinct)
  const inB = onlyPositions(b, distinct)
  const pairs: [number, number][] = []
  for (let i = 0; i < a.length; i++) {
    const id = a[i] ?? 0
    const j = inB[id] ?? -1
    if (inA[id] === i && j >= 0) pairs.push([i, j])
  }
  return longestIncreasing(pairs)
}

/** For each id the position it occurs at, or -1 when it occurs never or more than once. */
function onlyPositions(ids: Int32Array, distinct: number): Int32Array {
  const positions = new Int32Array(distinct).fill(-1)
  const repeated = new Uint8Array(distinct)
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] ?? 0
    repeated[id] = positions[id] === -1 ? 0 : 1
    positions[id] = i
  }
  for (let id = 0; id < distinct; id++) if (repeated[id] === 1) positions[id] = -1
  return positions
}

/** The longest chain of pairs (ascending in `a`) that also ascends in `b`, by patience sorting. */
function longestIncreasing(pairs: readonly [number, number][]): [number, number][] {
  const pileTops: number[] = []
  const below = new Int32Array(pairs.length)
  pairs.forEach(([, b], i) => {
    let low = 0
    let high = pileTops.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((pairs[pileTops[middle] ?? 0]?.[1] ?? 0) < b) low = middle + 1
      else high = middle
    }
    below[i] = low === 0 ? -1 : (pileTops[low - 1] ?? -1)
    pileTops[low] = i
  })
  const chain: [number, number][] = []
  for (let i = pileTops.at(-1) ?? -1; i >= 0; i = below[i] ?? -1) {
    const pair = pairs[i]
    if (pair !== undefined) chain.push(pair)
  }
  return chain.reverse()
}
