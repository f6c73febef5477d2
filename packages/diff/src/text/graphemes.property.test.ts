import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { applySplices } from "./apply-splices.ts"
import { diffText } from "./diff-text.ts"
import { GraphemeBoundaries } from "./grapheme-boundaries.ts"

// What clusters are made of: accents, joiners, flags, skin tones, variation selectors, Hangul jamo, Indic linkers, a
// prepended sign, line ends, halves of pairs; and letters of every block that is taken for plain.
const parts = fc.constantFrom(
  ...Array.from(
    "aé~Жγあア漢한각한🇩🇪👩👦🏽❤©®क्षनि\u0301\u0308\u200d\ufe0f\u0600\r\n\t \u00ad\u00a0\u0e33\u0483\u3099"
  ),
  "👩‍👩‍👦",
  "🇩🇪",
  "e\u0301",
  "\r\n",
  "\ud83d",
  "\ude00"
)
const text = fc.array(parts, { maxLength: 30, size: "max" }).map(list => list.join(""))
const anyText = fc.oneof(text, fc.string({ unit: "binary", maxLength: 20, size: "max" }))

const pair = fc.oneof(
  fc.tuple(anyText, anyText),
  fc.tuple(text, fc.array(fc.tuple(fc.nat(60), fc.nat(3), parts), { maxLength: 4 })).map(([before, cuts]) => {
    const units = before.split("")
    for (const [at, remove, insert] of cuts) units.splice(at, remove, insert)
    return [before, units.join("")] as const
  })
)

function boundaries(value: string): Set<number> {
  const segments = new Intl.Segmenter("en", { granularity: "grapheme" }).segment(value)
  return new Set([...Array.from(segments, segment => segment.index), value.length])
}

describe("diffText with graphemes", () => {
  it("[TX10] gives the new text, with any budget", () => {
    fc.assert(
      fc.property(pair, fc.option(fc.nat(200), { nil: 1 << 20 }), ([before, after], maxWork) => {
        expect(applySplices(before, diffText(before, after, { graphemes: true, maxWork }))).toBe(after)
      })
    )
  })

  it("[TX10] no splice begins or ends inside a cluster of either text", () => {
    fc.assert(
      fc.property(pair, ([before, after]) => {
        const [inBefore, inAfter] = [boundaries(before), boundaries(after)]
        let shift = 0
        for (const { index, remove, insert } of diffText(before, after, { graphemes: true })) {
          expect([index - shift, index - shift + remove].filter(at => !inBefore.has(at))).toEqual([])
          expect([index, index + insert.length].filter(at => !inAfter.has(at))).toEqual([])
          shift += insert.length - remove
        }
      })
    )
  })

  it("[TX11] splices ascend, leave a gap between them and are never empty", () => {
    fc.assert(
      fc.property(pair, ([before, after]) => {
        let end = -1
        for (const { index, remove, insert } of diffText(before, after, { graphemes: true })) {
          expect(index).toBeGreaterThan(end)
          expect(remove + insert.length).toBeGreaterThan(0)
          end = index + insert.length
        }
      })
    )
  })

  it("[TX11] where no cluster is longer than a code point, nothing is widened", () => {
    const letters = fc.stringMatching(/^[a-cа-в漢 ]{0,30}$/)
    fc.assert(
      fc.property(letters, letters, (before, after) => {
        expect(diffText(before, after, { graphemes: true })).toEqual(diffText(before, after))
      })
    )
  })
})

describe("GraphemeBoundaries", () => {
  it("[TX10] finds those of the whole text, asked in any order", () => {
    fc.assert(
      fc.property(anyText, fc.array(fc.nat(60)), (value, positions) => {
        const expected = boundaries(value)
        const found = new GraphemeBoundaries(value)
        const asked = positions.filter(position => position <= value.length)
        expect(asked.map(at => found.has(at))).toEqual(asked.map(at => value === "" || expected.has(at)))
      })
    )
  })
})
