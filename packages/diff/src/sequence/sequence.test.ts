import { describe, expect, it } from "vitest"
import { anchoredEdits } from "./anchored-edits.ts"
import type { SequenceEdit } from "./sequence-edit.ts"
import { shortestEdits } from "./shortest-edits.ts"
import { slideEdits } from "./slide-edits.ts"
import { WorkBudget } from "./work-budget.ts"

function edit(aStart: number, aEnd: number, bStart: number, bEnd: number): SequenceEdit {
  return { aStart, aEnd, bStart, bEnd }
}

describe("slideEdits", () => {
  it("[TX2] slides an edit back to the one before it", () => {
    const edits = [edit(0, 1, 0, 1), edit(2, 4, 2, 2)]
    expect(slideEdits(edits, Int32Array.of(1, 2, 3, 2), Int32Array.of(9, 2))).toEqual([edit(0, 3, 0, 1)])
  })

  it("[TX2] slides an edit on to the one after it", () => {
    const edits = [edit(0, 2, 0, 0), edit(3, 4, 1, 2)]
    expect(slideEdits(edits, Int32Array.of(2, 3, 2, 1), Int32Array.of(2, 9))).toEqual([edit(1, 4, 1, 2)])
  })
})

describe("anchoredEdits", () => {
  it("[TX6] anchors on what occurs once, not on what is repeated", () => {
    const pair = { a: Int32Array.of(0, 2, 1), b: Int32Array.of(1, 0, 2, 0, 2), distinct: 3 }
    expect(anchoredEdits(pair, pair, new WorkBudget(0))).toEqual([edit(0, 2, 0, 0), edit(3, 3, 1, 5)])
  })

  it("[TX6] keeps the ends of a gap it cannot afford to search", () => {
    const pair = { a: Int32Array.of(0, 0, 1, 1, 2, 2), b: Int32Array.of(0, 0, 2, 1, 2, 2), distinct: 3 }
    expect(anchoredEdits(pair, pair, new WorkBudget(0))).toEqual([edit(2, 3, 2, 3)])
  })
})

describe("WorkBudget", () => {
  it("[TX5] nothing is searched without one", () => {
    const budget = new WorkBudget(0)
    expect(shortestEdits(Int32Array.of(1, 2), Int32Array.of(2, 1), budget)).toBeUndefined()
    expect(budget.spent).toBe(1)
  })

  it("[TX5] a share is booked by what it used", () => {
    const budget = new WorkBudget(100)
    expect(budget.within(0.5, share => share.spend(60))).toBe(false)
    expect(budget.within(1, share => share.spend(30))).toBe(true)
    expect([budget.spent, budget.remaining]).toEqual([90, 10])
  })
})
