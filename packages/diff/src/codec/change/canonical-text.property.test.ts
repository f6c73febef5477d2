import { isDeepStrictEqual } from "node:util"
import fc from "fast-check"
import { expect, test } from "vitest"
import { errorCode } from "../../testing/error-code.ts"
import { packable } from "../../testing/packable-values.ts"
import { canonicalText, parseCanonicalText } from "./canonical-text.ts"

test("[PD1] a text gives back its value", () => {
  fc.assert(
    fc.property(packable, value => {
      expect(isDeepStrictEqual(parseCanonicalText(canonicalText(value), 1e6), value)).toBe(true)
    })
  )
})

test("[PD1] values that differ in the order of members have one text", () => {
  fc.assert(
    fc.property(packable, value => {
      expect(canonicalText(reversed(value))).toBe(canonicalText(value))
    })
  )
})

test("[PD1] indices come first, by number, then names by code units", () => {
  const value = { b: 1, "10": 2, a: { z: 1, "9": -0 }, "9": 3, "01": 4, "\ud83d\ude00": 5, "\uffff": 6 }
  expect(canonicalText(value)).toBe(
    '{"9":3,"10":2,"01":4,"a":{"9":"\\u0000z","z":1},"b":1,"😀":5,"\uffff":6}'
  )
})

test("[PD1] what is too large for an index is a name", () => {
  for (const names of [
    ["9999999999", "5000000000"],
    ["4294967295", "4294967294", "42949672950"]
  ]) {
    const value = Object.fromEntries(names.map(name => [name, 0]))
    expect(canonicalText(value)).toBe(canonicalText(reversed(value)))
  }
})

test("[PD6] deep texts are refused, brackets inside strings do not count", async () => {
  expect(await errorCode(() => parseCanonicalText("[".repeat(1_000_000), 1e7))).toBe("codec-too-deep")
  expect(parseCanonicalText(JSON.stringify(`\\"${"[".repeat(2000)}`), 1)).toBe(`\\"${"[".repeat(2000)}`)
  expect(await errorCode(() => parseCanonicalText("{", 9))).toBe("codec-invalid")
})

test("[PD7] texts of more values than the limit are refused", async () => {
  expect(await errorCode(() => parseCanonicalText('[1,[],{"a,[":0}]', 5))).toBe("codec-limit")
  expect(await errorCode(() => parseCanonicalText('[1,[],{"a,[":0}]', 6))).toBe("none")
})

function reversed(value: unknown): unknown {
  if (value instanceof Map) return new Map([...value].map(([key, member]) => [key, reversed(member)]))
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, member]) => [name, reversed(member)])
      .toReversed()
  )
}
