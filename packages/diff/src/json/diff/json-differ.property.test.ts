import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { WorkBudget } from "../../sequence/work-budget.ts"
import { anyJson, jsonVersions } from "../../testing/json-versions.ts"
import { hashJson } from "../hash-json.ts"
import { JsonDiffer } from "./json-differ.ts"
import { measureJson } from "./measure-json.ts"
import { PatchWriter } from "./patch-writer.ts"
import { quickHash } from "./quick-hash.ts"
import { JsonComparer } from "./same-json.ts"
import { diffText } from "../../text/diff-text.ts"

const quick = fc.constantFrom(quickHash, () => 0)

function work(before: unknown, after: unknown, maxWork: number, hash: (value: unknown) => number): number {
  const budget = new WorkBudget(maxWork)
  const hashes = { quick: hash, full: hashJson }
  const context = { budget, hashes, writer: new PatchWriter(), comparer: new JsonComparer() }
  new JsonDiffer({ ...context, moves: true, whole: true, text: diffText, keyOf: undefined }).diff(
    before,
    after
  )
  return budget.spent
}

describe("JsonDiffer", () => {
  it("[JD22] keeps to any budget, but for a number of steps linear in the values", () => {
    fc.assert(
      fc.property(jsonVersions, fc.nat(2000), quick, ([before, after], maxWork, hash) => {
        const size = measureJson([before, after], Infinity, "")
        expect(work(before, after, maxWork, hash)).toBeLessThanOrEqual(maxWork + 8 * size)
      })
    )
  })
})

describe("measureJson", () => {
  it("[JD5] is about the bytes that are written", () => {
    // Escaped characters and fractions are not counted exactly.
    const plain = anyJson.filter(value => /^(?:(?!\d[.e]|\\)[\x20-\x7e])*$/.test(JSON.stringify(value)))
    fc.assert(
      fc.property(plain, value => {
        const written = JSON.stringify(value).length
        expect(Math.abs(measureJson(value, Infinity, "") - written)).toBeLessThanOrEqual(2 + 0.5 * written)
      })
    )
  })
})
