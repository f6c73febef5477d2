import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { arrayIndex, isIndexLike } from "./array-index.ts"
import { formatPointer } from "./format-pointer.ts"
import { parsePointer } from "./json-pointer.ts"

describe("JSON Pointers", () => {
  it.each([
    ["", []],
    ["/", [""]],
    ["/foo/0", ["foo", "0"]],
    ["/a~1b/m~0n", ["a/b", "m~n"]],
    ["/~01", ["~1"]],
    ["//", ["", ""]]
  ])("[JP5] %j has the tokens %j", (pointer, tokens) => {
    expect(parsePointer(pointer)).toStrictEqual(tokens)
    expect(formatPointer(tokens)).toBe(pointer)
  })

  it.each(["a", "#/a", "/a~", "/a~2", "/~~0"])("[JP5] refuses %j", pointer => {
    expect(() => parsePointer(pointer)).toThrow(expect.objectContaining({ code: "json-pointer-invalid" }))
  })

  it("[JP5] any tokens survive", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom("/", "~", "0", "1", "-", "é", "\ud800") })),
        tokens => {
          expect(parsePointer(formatPointer(tokens))).toStrictEqual(tokens)
        }
      )
    )
  })

  it("[JP12] a million tokens need no stack", () => {
    expect(parsePointer("/a".repeat(1_000_000))).toHaveLength(1_000_000)
  })
})

describe("array indices", () => {
  it("[JP6] are digits without leading zeros", () => {
    expect(["0", "10", "4294967294"].map(arrayIndex)).toStrictEqual([0, 10, 4294967294])
  })

  it.each(["", "00", "01", "-1", "+1", "1e3", "1.5", " 1", "٣", "99999999999"])("[JP6] %j is none", token => {
    expect(arrayIndex(token)).toBe(-1)
    expect(isIndexLike(token)).toBe(false)
  })

  it("[JP6] - is none, but may stand for one", () => {
    expect(arrayIndex("-")).toBe(-1)
    expect(isIndexLike("-")).toBe(true)
  })
})
