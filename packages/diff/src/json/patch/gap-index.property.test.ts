import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { GapIndex } from "./gap-index.ts"

const gap = fc.tuple(fc.nat(20), fc.nat(4)).map(([after, length]) => ({ after, before: after + length }))

describe("GapIndex", () => {
  it("[JI7] finds what comparing all gaps finds", () => {
    fc.assert(
      fc.property(fc.array(gap), gap, (gaps, { after, before }) => {
        const index = new GapIndex()
        for (const each of gaps) index.add(each)
        const expected = gaps.some(each => each.after <= before && after <= each.before)
        expect(index.meets({ after, before })).toBe(expected)
      })
    )
  })
})
