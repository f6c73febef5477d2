import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { WorkBudget } from "../../sequence/work-budget.ts"
import { exactEdits } from "./exact-edits.ts"
import { increasingPositions } from "../../sequence/increasing-positions.ts"

const DISTINCT = 40
const repeating = fc.array(fc.nat(6), { maxLength: 25, size: "max" })
const unique = fc.uniqueArray(fc.nat(DISTINCT - 1), { maxLength: 25, size: "max" })
const pair = fc.oneof(fc.tuple(repeating, repeating), fc.tuple(unique, unique), fc.tuple(unique, repeating))

/** Length of the longest common subsequence, by the textbook table. */
function commonLength(a: readonly number[], b: readonly number[]): number {
  let row = b.map(() => 0)
  for (const left of a) {
    let diagonal = 0
    let last = 0
    row = row.map((up, j) => {
      last = left === b[j] ? diagonal + 1 : Math.max(up, last)
      diagonal = up
      return last
    })
  }
  return row.at(-1) ?? 0
}

function editsOf(a: readonly number[], b: readonly number[], maxWork: number) {
  const ids = { a: Int32Array.from(a), b: Int32Array.from(b), distinct: DISTINCT }
  return exactEdits(ids, new WorkBudget(maxWork))
}

describe("exactEdits", () => {
  it("[JD7] keeps as much as can be kept in order", () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        const gone = editsOf(a, b, 1_000_000).reduce((sum, edit) => sum + edit.aEnd - edit.aStart, 0)
        expect(a.length - gone).toBe(commonLength(a, b))
      })
    )
  })

  it("[JD7] edits ascend and give the other sequence, with any budget", () => {
    fc.assert(
      fc.property(pair, fc.nat(100), ([a, b], maxWork) => {
        const result: number[] = []
        let done = 0
        for (const { aStart, aEnd, bStart, bEnd } of editsOf(a, b, maxWork)) {
          result.push(...a.slice(done, aStart), ...b.slice(bStart, bEnd))
          done = aEnd
        }
        expect([...result, ...a.slice(done)]).toEqual(b)
      })
    )
  })
})

describe("increasingPositions", () => {
  it("[JD7] no increasing subsequence is longer", () => {
    fc.assert(
      fc.property(unique, numbers => {
        const sorted = numbers.toSorted((x, y) => x - y)
        const chain = [...increasingPositions(Int32Array.from(numbers))]
        expect(chain.map(at => numbers[at])).toEqual(chain.map(at => numbers[at] ?? 0).sort((x, y) => x - y))
        expect(chain).toHaveLength(commonLength(numbers, sorted))
      })
    )
  })
})
