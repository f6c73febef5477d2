import type { SequenceEdit } from "./sequence-edit.ts"
import type { WorkBudget } from "./work-budget.ts"

/** Furthest-reaching points by diagonal, forwards and backwards, reused by every box of one search. */
export interface MiddleScratch {
  readonly forward: Int32Array
  readonly backward: Int32Array
  /** Index of diagonal 0; also the most passes the arrays have room for. */
  readonly origin: number
}

/** A point both halves of a shortest path meet in. */
export interface MiddlePoint {
  readonly a: number
  readonly b: number
}

// Far enough below zero that adding one step to it never looks like a reached point.
const UNREACHED = -0x40000000

/**
 * Scratch for boxes whose sides sum up to at most `sides`. Pass `d` visits at least `d / 2` diagonals in each direction,
 * hence `d * d / 2` steps in all, so a budget bounds the passes and with them the memory.
 */
export function middleScratch(sides: number, budget: WorkBudget): MiddleScratch {
  const passes = Math.min(Math.ceil(sides / 2), Math.ceil(Math.sqrt(2 * budget.remaining))) + 1
  const size = 2 * passes + 3
  return { forward: new Int32Array(size), backward: new Int32Array(size), origin: passes + 1 }
}

/**
 * Searches from both corners of a box at once until the two fronts meet. The box must need at least two edits (its
 * first and last elements differ and no side is empty), so that each half is smaller than the whole.
 *
 * `undefined` means that the budget ran out.
 */
export function findMiddle(
  a: Int32Array,
  b: Int32Array,
  box: SequenceEdit,
  scratch: MiddleScratch,
  budget: WorkBudget
): MiddlePoint | undefined {
  const { aStart, aEnd, bStart, bEnd } = box
  const { forward, backward, origin } = scratch
  const n = aEnd - aStart
  const m = bEnd - bStart
  // When the distance is odd the fronts meet while the forward one moves, otherwise while the backward one does.
  const odd = (n - m) % 2 !== 0
  const fromStart: Direction = { a, b, n, m, aCorner: aStart, bCorner: bStart, step: 1 }
  const fromEnd: Direction = { a, b, n, m, aCorner: aEnd - 1, bCorner: bEnd - 1, step: -1 }
  const pass: Pass = { origin, x: 0, k: 0, work: 0, allowance: budget.remaining }
  for (const front of [forward, backward]) {
    front[origin] = 0
    front[origin - 1] = front[origin + 1] = UNREACHED
  }
  let point: MiddlePoint | undefined
  for (let d = 1; d < origin && pass.work <= pass.allowance && point === undefined; d++) {
    if (advance(fromStart, d, forward, backward, odd ? d - 1 : -1, pass)) {
      point = { a: aStart + pass.x, b: bStart + pass.x - pass.k }
    } else if (advance(fromEnd, d, backward, forward, odd ? -1 : d, pass)) {
      point = { a: aEnd - pass.x, b: bEnd - pass.x + pass.k }
    }
  }
  budget.spend(pass.work)
  return point
}

/** A box seen from one of its corners: position `i` of `a` is the element `a[aCorner + step * i]`. */
interface Direction {
  readonly a: Int32Array
  readonly b: Int32Array
  readonly n: number
  readonly m: number
  readonly aCorner: number
  readonly bCorner: number
  readonly step: 1 | -1
}

/** What a pass reports: the point it met the other front in, and the steps of all passes so far. */
interface Pass {
  readonly origin: number
  readonly allowance: number
  x: number
  k: number
  work: number
}

/**
 * Moves one front a single edit further on every diagonal `k = x - y` of the box, then along equal elements.
 *
 * True when a point reaches the other front on one of its diagonals within `reach`; `pass` then holds the point. Both
 * fronts count from their own corner, so diagonal `k` of one is diagonal `n - m - k` of the other.
 */
function advance(
  direction: Direction,
  d: number,
  front: Int32Array,
  other: Int32Array,
  reach: number,
  pass: Pass
): boolean {
  const { a, b, n, m, aCorner, bCorner, step } = direction
  const { origin, allowance } = pass
  front[origin - d - 1] = front[origin + d + 1] = UNREACHED
  let work = pass.work
  let met = false
  // Diagonals below -m and above n lie outside the box.
  const high = n - Math.abs(d - n)
  for (let k = Math.abs(d - m) - m; k <= high && work <= allowance; k += 2) {
    const x = Math.max((front[origin + k - 1] ?? 0) + 1, front[origin + k + 1] ?? 0)
    // A front that would leave the box here has been at the box's edge before: that point stays the furthest.
    if (x < 0 || x > n || x - k > m) continue
    let end = x
    while (end < n && end - k < m && a[aCorner + step * end] === b[bCorner + step * (end - k)]) end++
    front[origin + k] = end
    work += end - x + 1
    const facing = n - m - k
    if (facing >= -reach && facing <= reach && end + (other[origin + facing] ?? 0) >= n) {
      pass.x = end
      pass.k = k
      met = true
      break
    }
  }
  pass.work = work
  return met
}
