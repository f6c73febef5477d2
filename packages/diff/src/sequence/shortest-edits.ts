import { findMiddle, type MiddleScratch, middleScratch } from "./middle-point.ts"
import { pushEdit, type SequenceEdit } from "./sequence-edit.ts"
import type { WorkBudget } from "./work-budget.ts"

/**
 * Finds a shortest edit script between two sequences of element ids: the fewest deletions plus insertions.
 *
 * Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), the linear-space form: O((N + M) D) steps,
 * O(D) extra memory. Returns ascending edits that do not touch, or `undefined` when the budget ran out.
 */
export function shortestEdits(a: Int32Array, b: Int32Array, budget: WorkBudget): SequenceEdit[] | undefined {
  const edits: SequenceEdit[] = []
  const search = new Search(a, b, budget, edits)
  return search.solve(0, a.length, 0, b.length) ? edits : undefined
}

class Search {
  readonly #a: Int32Array
  readonly #b: Int32Array
  readonly #budget: WorkBudget
  readonly #edits: SequenceEdit[]
  #scratch: MiddleScratch | undefined

  constructor(a: Int32Array, b: Int32Array, budget: WorkBudget, edits: SequenceEdit[]) {
    this.#a = a
    this.#b = b
    this.#budget = budget
    this.#edits = edits
  }

  /** Solves one box. Recursion is at most log2(D) deep: each split halves the distance. */
  solve(aFrom: number, aTo: number, bFrom: number, bTo: number): boolean {
    const a = this.#a
    const b = this.#b
    let [aStart, aEnd, bStart, bEnd] = [aFrom, aTo, bFrom, bTo]
    while (aStart < aEnd && bStart < bEnd && a[aStart] === b[bStart]) {
      aStart++
      bStart++
    }
    while (aStart < aEnd && bStart < bEnd && a[aEnd - 1] === b[bEnd - 1]) {
      aEnd--
      bEnd--
    }
    const left = this.#budget.spend(aStart - aFrom + aTo - aEnd + 1)
    if (aStart === aEnd || bStart === bEnd) {
      pushEdit(this.#edits, { aStart, aEnd, bStart, bEnd })
      return true
    }
    if (!left) return false
    // The first box is the widest, so its scratch serves all boxes within.
    this.#scratch ??= middleScratch(aEnd - aStart + bEnd - bStart, this.#budget)
    const middle = findMiddle(a, b, { aStart, aEnd, bStart, bEnd }, this.#scratch, this.#budget)
    if (middle === undefined) return false
    return this.solve(aStart, middle.a, bStart, middle.b) && this.solve(middle.a, aEnd, middle.b, bEnd)
  }
}
