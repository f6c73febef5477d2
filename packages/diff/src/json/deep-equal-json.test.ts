import { runInNewContext } from "node:vm"
import { describe, expect, it } from "vitest"
import { deepEqualJson } from "./deep-equal-json.ts"
import { hashJson } from "./hash-json.ts"

/** `levels` arrays, one in the other, with `core` inside. */
function nested(levels: number, core: unknown): unknown {
  let value = core
  for (let i = 0; i < levels; i++) value = [value]
  return value
}

describe("deepEqualJson", () => {
  it("[JE3] 0 equals -0", () => {
    expect(deepEqualJson({ n: 0 }, { n: -0 })).toBe(true)
  })

  it("[JE4] an own __proto__ member is content", () => {
    const own: unknown = JSON.parse('{"__proto__": 1}')
    expect(deepEqualJson(own, {})).toBe(false)
    expect(deepEqualJson(own, JSON.parse('{"__proto__": 1}'))).toBe(true)
    expect(deepEqualJson(own, JSON.parse('{"__proto__": 2}'))).toBe(false)
  })

  it("[JE4] an inherited member is not", () => {
    expect(deepEqualJson({ toString: 1 }, { x: 1 })).toBe(false)
    expect(deepEqualJson(Object.create(null), {})).toBe(true)
  })

  it.each([
    ["[] and {}", [], {}],
    ["null and {}", null, {}],
    ["1 and '1'", 1, "1"],
    ["undefined and missing", { a: undefined }, { b: undefined }],
    ["bytes and their list", Uint8Array.of(1), [1]],
    ["two dates", new Date(1), new Date(2)],
    ["a date and {}", new Date(1), {}],
    ["two maps", new Map([[1, 1]]), new Map([[1, 2]])]
  ])("[JE2] tells apart %s", (_, a, b) => {
    expect(deepEqualJson(a, b)).toBe(false)
    expect(deepEqualJson(b, a)).toBe(false)
  })

  it("[JE2] compares objects of another realm by content", () => {
    const foreign: unknown = runInNewContext("({ a: [1, { b: 2 }] })")
    expect(deepEqualJson(foreign, { a: [1, { b: 2 }] })).toBe(true)
  })

  it("[JE5] depth costs no stack, and ends with an error", () => {
    expect(deepEqualJson(nested(9_999, 1), nested(9_999, 1))).toBe(true)
    expect(deepEqualJson(nested(9_999, 1), nested(9_999, 2))).toBe(false)
    const deep = () => deepEqualJson(nested(1_000_000, 1), nested(1_000_000, 1))
    expect(deep).toThrow(expect.objectContaining({ code: "json-too-deep" }))
  })

  it("[JE5] values containing themselves end with an error", () => {
    const [a, b] = [{ self: {} }, { self: {} }]
    a.self = a
    b.self = b
    expect(() => deepEqualJson(a, b)).toThrow(expect.objectContaining({ code: "json-too-deep" }))
    expect(hashJson(a)).toBe(hashJson(b))
  })
})

describe("hashJson", () => {
  it("[JE6] spreads: 100,000 similar values have hardly a collision", () => {
    const hashes = new Set<number>()
    for (let i = 0; i < 100_000; i++) hashes.add(hashJson({ id: i, name: `item ${i % 100}` }))
    // Chance alone collides once; ten would be a pattern.
    expect(hashes.size).toBeGreaterThan(100_000 - 10)
  })
})
