import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { applySplices } from "./apply-splices.ts"
import { EditedText } from "./edited-text.ts"
import type { TextSplice } from "./text-splice.ts"

type Picks = readonly (readonly [number, number, string])[]

/** Splices that fit a text, whatever its length turns out to be. */
function fitting(length: number, picks: Picks): TextSplice[] {
  const splices: TextSplice[] = []
  let [end, left] = [0, length]
  for (const [gap, most, insert] of picks) {
    const kept = gap % (left + 1)
    const remove = most % (left - kept + 1)
    splices.push({ index: end + kept, remove, insert })
    end += kept + insert.length
    left -= kept + remove
  }
  return splices
}

const picks = fc.array(fc.tuple(fc.nat(12), fc.nat(5), fc.string({ maxLength: 4 })), { maxLength: 4 })

describe("EditedText", () => {
  it("[TX12] gives what applying one list of splices after the other gives", () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 30 }),
        fc.array(picks, { maxLength: 20 }),
        fc.nat(20),
        (text, lists, asked) => {
          const edited = new EditedText(text)
          let expected = text
          const applyAll = (some: readonly Picks[]) => {
            for (const list of some) {
              const splices = fitting(expected.length, list)
              edited.apply(splices)
              expected = applySplices(expected, splices)
            }
            expect(edited.finish()).toBe(expected)
          }
          applyAll(lists.slice(0, asked))
          applyAll(lists.slice(asked))
        }
      )
    )
  })

  it("[TX12] keeps what it has when splices do not fit", () => {
    const edited = new EditedText("abc")
    edited.apply([{ index: 1, remove: 1, insert: "xyz" }])
    expect(() =>
      edited.apply([
        { index: 0, remove: 1, insert: "-" },
        { index: 6, remove: 0, insert: "" }
      ])
    ).toThrow("does not fit")
    expect(edited.finish()).toBe("axyzc")
  })
})
