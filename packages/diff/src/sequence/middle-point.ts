import { advance, createFront, type Direction, type Front, type Pass, resetFront } from "./front.ts"
import type { SequenceEdit } from "./sequence-edit.ts"
import type { WorkBudget } from "./work-budget.ts"

/** The two fronts of a search, reused by every box of it. */
export interface MiddleScratch {
  readonly forward: Front
  readonly backward: Front
}

/** A point both halves of a shortest path meet in. */
export interface MiddlePoint {
  readonly a: number
  readonly b: number
}

/**
 * Scratch for boxes whose sides sum up to at most `sides`. Pass `d` visits at least `d / 2` diagonals in each direction,
 * hence `d * d / 2` steps in all, so a budget bounds the passes and with them the memory.
 */
export function middleScratch(sides: number, budget: WorkBudget): MiddleScratch {
  const passes = Math.min(Math.ceil(sides / 2), Math.ceil(Math.sqrt(2 * budget.remaining))) + 1
  return { forward: createFront(passes), backward: createFront(passes) }
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
  const { forward, backward } = scratch
  const n = aEnd - aStart
  const m = bEnd - bStart
  // When the distance is odd the fronts meet while the forward one moves, otherwise while the backward one does.
  const odd = (n - m) % 2 !== 0
  const fromStart: Direction = { a, b, n, m, aCorner: aStart, bCorner: bStart, step: 1 }
  const fromEnd: Direction = { a, b, n, m, aCorner: aEnd - 1, bCorner: bEnd - 1, step: -1 }
  const pass: Pass = { x: 0, k: 0, work: 0, allowance: budget.remaining }
  resetFront(forward)
  resetFront(backward)
  let point: MiddlePoint | undefined
  for (let d = 1; d < forward.origin && pass.work <= pass.allowance && point === undefined; d++) {
    if (advance(fromStart, d, forward, backward, odd ? d - 1 : -1, pass)) {
      point = { a: aStart + pass.x, b: bStart + pass.x - pass.k }
    } else if (advance(fromEnd, d, backward, forward, odd ? -1 : d, pass)) {
      point = { a: aEnd - pass.x, b: bEnd - pass.x + pass.k }
    }
  }
  budget.spend(pass.work)
  return point
}
