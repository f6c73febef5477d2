import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { WorkBudget } from "../sequence/work-budget.ts"
import { applySplices } from "./apply-splices.ts"
import { diffText } from "./diff-text.ts"
import { invertSplices } from "./invert-splices.ts"
import { mapPosition } from "./map-position.ts"
import { textEdits } from "./text-edits.ts"
import type { TextSplice } from "./text-splice.ts"
import { atLeast } from "../testing/at-least.ts"

// Few letters, so that texts share much; halves of pairs, so that lone surrogates meet whole pairs.
const units = fc.constantFrom("a", "b", "\n", " ", "é", "😀", "😁", "\ud83d", "\ude00", "漢")
const text = fc.array(units, { maxLength: 40, size: "max" }).map(parts => parts.join(""))
const anyText = fc.oneof(text, fc.string({ unit: "binary", maxLength: 40, size: "max" }))
const pair = fc.oneof(
  fc.tuple(anyText, anyText),
  anyText.map(t => [t, t] as const),
  edited()
)

const bias = fc.constantFrom("before" as const, "after" as const)

/** Two versions of one text, the second with a few stretches replaced. */
function edited(): fc.Arbitrary<readonly [string, string]> {
  const cut = fc.tuple(fc.nat(120), fc.nat(6), text)
  return fc
    .tuple(
      fc.array<string>(units, { maxLength: 120, size: "max" }),
      fc.array(cut, { maxLength: 4, size: "max" })
    )
    .map(([parts, cuts]) => {
      const after = [...parts]
      for (const [at, remove, insert] of cuts) after.splice(at, remove, insert)
      return [parts.join(""), after.join("")] as const
    })
}

/** Deletions plus insertions of the best script, by the textbook table. */
function distance(before: string, after: string): number {
  const b = Array.from(after)
  let row = b.map((_, j) => j + 1)
  Array.from(before).forEach((point, i) => {
    let diagonal = i
    let left = i + 1
    row = row.map((up, j) => {
      left = point === b[j] ? diagonal : Math.min(up, left) + 1
      diagonal = up
      return left
    })
  })
  return row.at(-1) ?? Array.from(before).length
}

function cost(before: string, splices: readonly TextSplice[]): number {
  const removed = invertSplices(before, splices).map(splice => splice.insert)
  return [...splices.map(splice => splice.insert), ...removed].reduce(
    (sum, part) => sum + Array.from(part).length,
    0
  )
}

function boundaries(value: string): Set<number> {
  const found = new Set([0])
  for (const point of value) found.add(Math.max(...found) + point.length)
  return found
}

/** Where the edits of splices begin and end, in the old and in the new text. */
function edges(splices: readonly TextSplice[]): { before: number[]; after: number[] } {
  const result = { before: [] as number[], after: [] as number[] }
  let shift = 0
  for (const { index, remove, insert } of splices) {
    result.before.push(index - shift, index - shift + remove)
    result.after.push(index, index + insert.length)
    shift += insert.length - remove
  }
  return result
}

describe("diffText", () => {
  it("[TX1] applying the difference gives the new text", () => {
    fc.assert(
      fc.property(pair, ([before, after]) => applySplices(before, diffText(before, after)) === after),
      atLeast(2000)
    )
  })

  it("[TX2] no script of code points is shorter", () => {
    fc.assert(
      fc.property(pair, ([before, after]) => {
        expect(cost(before, diffText(before, after))).toBe(distance(before, after))
      }),
      atLeast(2000)
    )
  })

  it("[TX3] splices ascend, leave a gap between them and are never empty", () => {
    fc.assert(
      fc.property(pair, fc.nat(200), ([before, after], maxWork) => {
        let end = -1
        for (const { index, remove, insert } of diffText(before, after, { maxWork })) {
          expect(index).toBeGreaterThan(end)
          expect(remove + insert.length).toBeGreaterThan(0)
          end = index + insert.length
        }
      })
    )
  })

  it("[TX4] no splice begins or ends inside a surrogate pair of either text", () => {
    fc.assert(
      fc.property(pair, fc.nat(200), ([before, after], maxWork) => {
        const found = edges(diffText(before, after, { maxWork }))
        const [inBefore, inAfter] = [boundaries(before), boundaries(after)]
        expect(found.before.filter(edge => !inBefore.has(edge))).toEqual([])
        expect(found.after.filter(edge => !inAfter.has(edge))).toEqual([])
      }),
      atLeast(2000)
    )
  })

  it("[TX5] any budget gives a correct difference and is kept but for one overshoot", () => {
    fc.assert(
      fc.property(pair, fc.nat(300), ([before, after], maxWork) => {
        const budget = new WorkBudget(maxWork)
        textEdits(before, after, budget)
        expect(budget.spent).toBeLessThanOrEqual(maxWork + 8 * (before.length + after.length + 1))
        expect(applySplices(before, diffText(before, after, { maxWork }))).toBe(after)
      }),
      atLeast(2000)
    )
  })

  it("[TX7] the inverse undoes, and the inverse of the inverse is the difference", () => {
    fc.assert(
      fc.property(pair, ([before, after]) => {
        const splices = diffText(before, after)
        const inverse = invertSplices(before, splices)
        expect(applySplices(after, inverse)).toBe(before)
        expect(invertSplices(after, inverse)).toEqual(splices)
      })
    )
  })

  it("[TX8] a cursor keeps its place among the others, and inside the text", () => {
    fc.assert(
      fc.property(pair, bias, ([before, after], side) => {
        const splices = diffText(before, after)
        const mapped = Array.from({ length: before.length + 1 }, (_, at) => mapPosition(at, splices, side))
        expect(mapped).toEqual(mapped.toSorted((a, b) => a - b))
        expect(mapped.filter(at => at < 0 || at > after.length)).toEqual([])
      })
    )
  })

  it("[TX8] a cursor inside text that stays keeps to its neighbour on the side of its bias", () => {
    fc.assert(
      fc.property(pair, bias, ([before, after], side) => {
        const splices = diffText(before, after)
        const kept = new Set(unchanged(before, splices))
        const next = side === "before" ? -1 : 0
        const inside = [...kept].filter(at => kept.has(at - 1))
        const neighbours = inside.map(at => after[mapPosition(at, splices, side) + next])
        expect(neighbours).toEqual(inside.map(at => before[at + next]))
      })
    )
  })
})

/** Positions of the old text's code units that no splice removes. */
function unchanged(before: string, splices: readonly TextSplice[]): number[] {
  const removed = edges(splices).before
  return [...before.split("").keys()].filter(at => {
    for (let i = 0; i < removed.length; i += 2) {
      if (at >= (removed[i] ?? 0) && at < (removed[i + 1] ?? 0)) return false
    }
    return true
  })
}
