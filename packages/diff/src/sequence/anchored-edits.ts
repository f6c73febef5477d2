import { increasingPositions } from "./increasing-positions.ts"
import { pushEdit, type SequenceEdit, shiftEdit } from "./sequence-edit.ts"
import type { SequencePair } from "./sequence-pair.ts"
import { shortestEdits } from "./shortest-edits.ts"
import type { WorkBudget } from "./work-budget.ts"

/**
 * An edit script for sequences too different for the shortest one: elements of `runs` (`pair` itself, or its shingles) which
 * occur once on either side anchor the alignment (the longest chain of them in the same order, as in patience diff), and only
 * the gaps between anchors are searched, each with its share of the budget. A gap whose share runs out is replaced as a whole.
 *
 * O(N + M + U log U) besides the budget, for U unique runs.
 */
export function anchoredEdits(pair: SequencePair, runs: SequencePair, budget: WorkBudget): SequenceEdit[] {
  const { a, b } = pair
  const edits: SequenceEdit[] = []
  let aFrom = 0
  let bFrom = 0
  const anchors = uniqueAnchors(runs)
  for (let k = 0; k <= anchors.a.length; k++) {
    const aTo = anchors.a[k] ?? a.length
    const bTo = anchors.b[k] ?? b.length
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

/** Positions on either side, ascending on both, of elements that correspond. */
export interface Anchors {
  readonly a: Int32Array
  readonly b: Int32Array
}

/** Positions of the elements unique on both sides that appear in the same order on both, as many as possible. */
export function uniqueAnchors({ a, b, distinct }: SequencePair): Anchors {
  const inA = onlyPositions(a, distinct)
  const inB = onlyPositions(b, distinct)
  const common = inA.filter((position, id) => position >= 0 && (inB[id] ?? -1) >= 0).sort()
  const targets = common.map(position => inB[a[position] ?? 0] ?? 0)
  const chain = increasingPositions(targets)
  return { a: chain.map(k => common[k] ?? 0), b: chain.map(k => targets[k] ?? 0) }
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
