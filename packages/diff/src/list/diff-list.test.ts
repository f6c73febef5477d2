import { describe, expect, it, vi } from "vitest"
import { WorkBudget } from "../sequence/work-budget.ts"
import { applyListRuns } from "./apply-list-runs.ts"
import { diffList, listEdits } from "./diff-list.ts"

describe("diffList", () => {
  it("[LD2] describes an insertion and a deletion by one run each", () => {
    expect(diffList([1, 2, 3, 4], [1, 9, 2, 4])).toEqual([
      { kind: "copy", before: 0, after: 0, count: 1 },
      { kind: "insert", before: 1, after: 1, count: 1, values: [9] },
      { kind: "copy", before: 1, after: 2, count: 1 },
      { kind: "delete", before: 2, after: 3, count: 1 },
      { kind: "copy", before: 3, after: 3, count: 1 }
    ])
  })

  it("[LD2] says nothing about empty lists and one thing about equal ones", () => {
    expect(diffList([], [])).toEqual([])
    expect(diffList([{ a: [1] }], [{ a: [1] }])).toEqual([{ kind: "copy", before: 0, after: 0, count: 1 }])
  })

  it("[LD5] goes by the key alone where there is one", () => {
    const before = [
      { id: "a", n: 1 },
      { id: "b", n: 1 }
    ]
    const after = [
      { id: "x", n: 1 },
      { id: "a", n: 2 }
    ]
    const kinds = diffList(before, after, { keyOf: element => element.id }).map(run => run.kind)
    expect(kinds).toEqual(["insert", "copy", "delete"])
  })

  it("[LD6] colliding hashes end the search, not the program", () => {
    const before = Array.from({ length: 5_000 }, (_, i) => i)
    const equals = vi.fn<(a: number, b: number) => boolean>((a, b) => a === b)
    const budget = new WorkBudget(1 << 20)
    listEdits(before, before.toReversed(), { hash: () => 0, equals }, budget)
    expect(budget.spent).toBeLessThan((1 << 20) + 40_000)
    // All pairs would be 50 million.
    expect(equals.mock.calls.length).toBeLessThan(20_000)
  })

  it("[LD6] past the budget, elements that occur once are kept in order", () => {
    const before = Array.from({ length: 5_000 }, (_, i) => `element ${i}`)
    const after = before.map((element, i) => (i % 3 === 0 ? `changed ${i}` : element))
    const copies = diffList(before, after, { maxWork: 10_000 }).filter(run => run.kind === "copy")
    expect(copies.reduce((sum, run) => sum + run.count, 0)).toBe(before.length - 1_667)
  })
})

describe("applyListRuns", () => {
  it.each([
    ["skips elements", [{ kind: "copy", before: 1, after: 0, count: 1 }]],
    ["ends early", [{ kind: "copy", before: 0, after: 0, count: 1 }]],
    ["goes on after the end", [{ kind: "delete", before: 0, after: 0, count: 3 }]],
    ["is empty", [{ kind: "copy", before: 0, after: 0, count: 0 }]],
    ["promises other values", [{ kind: "insert", before: 0, after: 0, count: 2, values: ["x"] }]]
  ] as const)("[LD7] refuses a script that %s", (_, runs) => {
    expect(() => applyListRuns(["a", "b"], runs)).toThrow(
      expect.objectContaining({ code: "list-run-invalid" })
    )
  })
})
