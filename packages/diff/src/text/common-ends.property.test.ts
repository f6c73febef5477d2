import fc from "fast-check"
import { expect, it } from "vitest"
import { commonEnds } from "./common-ends.ts"
import { atLeast } from "../testing/at-least.ts"

// Lengths around the strides, and pairs astride of every boundary.
const piece = fc
  .tuple(fc.constantFrom("a", "ab", "😀"), fc.nat(300))
  .map(([unit, count]) => unit.repeat(count))
const middle = fc.constantFrom("", "x", "a", "\ud83d", "\ude00", "😁", "aa")

/** The same, unit by unit. */
function walked(before: string, after: string): { prefix: number; suffix: number } {
  const [b, a] = [Array.from(before), Array.from(after)]
  let first = 0
  while (first < b.length && first < a.length && b[first] === a[first]) first++
  let last = 0
  while (last < Math.min(b.length, a.length) - first && b.at(-1 - last) === a.at(-1 - last)) last++
  return { prefix: b.slice(0, first).join("").length, suffix: b.slice(b.length - last).join("").length }
}

it("[TX2] common ends are found whole, however long", () => {
  fc.assert(
    fc.property(piece, middle, middle, piece, (start, before, after, end) => {
      const [one, other] = [start + before + end, start + after + end]
      expect(commonEnds(one, other)).toEqual(walked(one, other))
    }),
    atLeast(1000)
  )
})
