import { compareUtf8 } from "@syncline/core"
import fc from "fast-check"
import { expect, test } from "vitest"
import { useFakeIndexedDb } from "../testing/fake-indexeddb.ts"
import { strangeKeys, Utf8Range } from "./utf8-range.ts"

useFakeIndexedDb()

interface Range {
  includes(key: unknown): boolean
}

// Short, of letters around where the two orders part.
const letter = fc.constantFrom("a", "b", "\ud7ff", "\ue000", "\uff5e", "\u{10000}", "\u{1f600}", "\u{10ffff}")
const id = fc.array(letter, { minLength: 1, maxLength: 4 }).map(letters => letters.join(""))
const bound = fc.option(id, { nil: undefined })

test("[IDB33] keys of a range hold every id that lies in it by UTF-8, and no other where it is exact", () => {
  fc.assert(
    fc.property(fc.array(id), bound, bound, (ids, after, through) => {
      const range = new Utf8Range({
        ...(after !== undefined && { after }),
        ...(through !== undefined && { through })
      })
      fc.pre(after === undefined || through === undefined || compareUtf8(after, through) < 0)
      const [keys, childKeys] = [range.keys(), range.childKeys()] as unknown as [Range, Range]
      for (const one of ids) {
        const isIn =
          (after === undefined || compareUtf8(one, after) > 0) &&
          (through === undefined || compareUtf8(one, through) <= 0)
        const isHeld = [keys.includes(one), childKeys.includes([one, 3])]
        expect(range.holds(one)).toBe(isIn)
        expect(isIn || range.isExact ? isHeld : [isIn, isIn]).toEqual([isIn, isIn])
      }
    })
  )
})

test("[IDB33] every key is that of an id or strange", () => {
  const all = new Utf8Range({})
  for (const [isChild, keys] of [
    [false, [-1, new Date(0), "", "a", new ArrayBuffer(0), new ArrayBuffer(2), [], ["a", 1]]],
    [true, [[], [1], [1, 1], ["", 0], ["a", 1], [new ArrayBuffer(0)], [[], 1]]]
  ] as const)
    for (const key of keys) {
      const own = (isChild ? all.childKeys() : all.keys()) as unknown as Range
      const strange = strangeKeys(isChild) as unknown as Range[]
      expect([own, ...strange].filter(range => range.includes(key))).toHaveLength(1)
    }
})
