import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { deepEqualJson } from "../json/deep-equal-json.ts"
import { WorkBudget } from "../sequence/work-budget.ts"
import { applyListRuns } from "./apply-list-runs.ts"
import { diffList, listEdits } from "./diff-list.ts"
import { elementMatcher } from "./element-matcher.ts"
import { atLeast } from "../testing/at-least.ts"

const element = fc.oneof(
  fc.integer({ min: 0, max: 5 }),
  fc.constantFrom("a", "", null, [], {}),
  fc.record({ id: fc.nat(3), tags: fc.array(fc.constantFrom("x", "y"), { maxLength: 2, size: "max" }) })
)
const list = fc.array<unknown>(element, { maxLength: 30, size: "max" })
const pair = fc.oneof(fc.tuple(list, list), edited())

function edited(): fc.Arbitrary<[unknown[], unknown[]]> {
  const cut = fc.tuple(fc.nat(60), fc.nat(4), fc.array<unknown>(element, { maxLength: 3, size: "max" }))
  return fc
    .tuple(
      fc.array<unknown>(element, { maxLength: 60, size: "max" }),
      fc.array(cut, { maxLength: 4, size: "max" })
    )
    .map(([before, cuts]) => {
      const after = structuredClone(before)
      for (const [at, remove, insert] of cuts) after.splice(at, remove, ...insert)
      return [before, after]
    })
}

/** Length of the longest common subsequence, by the textbook table. */
function commonLength(before: readonly unknown[], after: readonly unknown[]): number {
  let row = after.map(() => 0)
  for (const a of before) {
    let diagonal = 0
    let left = 0
    row = row.map((up, j) => {
      left = deepEqualJson(a, after[j]) ? diagonal + 1 : Math.max(up, left)
      diagonal = up
      return left
    })
  }
  return row.at(-1) ?? 0
}

describe("diffList", () => {
  it("[LD1] applying the script gives the new list", () => {
    fc.assert(
      fc.property(pair, fc.nat(300), ([before, after], maxWork) => {
        expect(applyListRuns(before, diffList(before, after))).toEqual(after)
        expect(applyListRuns(before, diffList(before, after, { maxWork }))).toEqual(after)
      }),
      atLeast(2000)
    )
  })

  it("[LD2] no script keeps more elements", () => {
    fc.assert(
      fc.property(pair, ([before, after]) => {
        const copied = diffList(before, after).filter(run => run.kind === "copy")
        expect(copied.reduce((sum, run) => sum + run.count, 0)).toBe(commonLength(before, after))
      }),
      atLeast(2000)
    )
  })

  it("[LD3] neighbours differ in kind, and deletes precede inserts", () => {
    fc.assert(
      fc.property(pair, fc.nat(300), ([before, after], maxWork) => {
        const kinds = diffList(before, after, { maxWork }).map(run => run.kind)
        expect(kinds.join(" ")).not.toMatch(/(copy|delete|insert) \1|insert delete/)
      })
    )
  })

  it("[LD4] elements meet by content even if all hashes collide", () => {
    const options = { equals: deepEqualJson, hash: () => 0 }
    fc.assert(
      fc.property(pair, ([before, after]) => {
        expect(diffList(before, after, options)).toEqual(diffList(before, after))
      })
    )
  })

  it("[LD6] any budget is kept, but for one overshoot", () => {
    fc.assert(
      fc.property(pair, fc.nat(300), ([before, after], maxWork) => {
        const budget = new WorkBudget(maxWork)
        listEdits(before, after, elementMatcher<unknown>({}), budget)
        expect(budget.spent).toBeLessThanOrEqual(maxWork + 4 * (before.length + after.length + 1))
      })
    )
  })
})
