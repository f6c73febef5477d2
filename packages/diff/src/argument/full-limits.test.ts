import { describe, expect, it } from "vitest"
import { codecLimits } from "../codec/codec-limits.ts"
import { open } from "../codec/envelope.ts"
import { diffJson } from "../json/diff/diff-json.ts"
import { applyPatch } from "../json/patch/apply-patch.ts"
import { diffList } from "../list/diff-list.ts"
import { beginDescent } from "../merkle/descent.ts"
import { RangeIndex } from "../set/range-index.ts"
import { beginRanges } from "../set/range-steps.ts"
import { RatelessSketch } from "../set/rateless-sketch.ts"
import { beginRateless } from "../set/rateless-steps.ts"
import { diffText } from "../text/diff-text.ts"
import { errorCode } from "../testing/error-code.ts"
import { fullLimits } from "./full-limits.ts"

// What JavaScript can write although the types do not allow it.
const untyped = (options: object) => options as never
const key = new Uint8Array(16)
const differs = [
  (options: object) => diffText("a", "b", options),
  (options: object) => diffList([1], [2], options),
  (options: object) => diffJson(1, 2, options)
]

describe("limits that are there and undefined", () => {
  it("[AR2] are the defaults", () => {
    expect(fullLimits({ maxA: 1, maxB: 2 }, { maxA: undefined, maxB: 3 })).toStrictEqual({ maxA: 1, maxB: 3 })
  })

  it("[AR2] bound JSON patches as if left out", async () => {
    const patch = Array.from({ length: 1_000_001 }, () => ({ op: "test", path: "", value: 1 }) as const)
    const run = () => applyPatch(1, patch, untyped({ limits: { maxOperations: undefined } }))
    expect(await errorCode(run)).toBe("json-patch-limit")
  })

  it("[AR2] bound envelopes as if left out", () => {
    expect(codecLimits(untyped({ maxBytes: undefined }))).toStrictEqual(codecLimits(undefined))
  })

  it("[AR2] bound reconciliations as if left out", () => {
    const sketch = new RatelessSketch(key)
    const undefinedCells = untyped({ maxCells: undefined, maxMessages: undefined })
    expect(beginRateless(sketch, undefinedCells).session.options).toStrictEqual(
      beginRateless(sketch).session.options
    )
    const index = new RangeIndex(key)
    const undefinedBytes = untyped({ maxReceivedBytes: undefined, maxDifferences: undefined })
    expect(beginRanges(index, undefinedBytes).session.options).toStrictEqual(
      beginRanges(index).session.options
    )
  })

  it("[AR2] bound a Merkle descent as if left out", () => {
    const { limits } = beginDescent(untyped({ maxNodes: 9, maxAsked: undefined }))
    expect(limits).toStrictEqual({ maxNodes: 9, maxAsked: 64 })
  })

  it.each(["no number", Number.NaN, null])("[AR2] %s is refused", async limit => {
    expect(await errorCode(() => applyPatch(1, [], untyped({ limits: { maxShifts: limit } })))).toBe(
      "argument-invalid"
    )
    expect(await errorCode(() => open("value", Uint8Array.of(0), untyped({ maxRatio: limit })))).toBe(
      "argument-invalid"
    )
  })

  it.each(["9", null, Number.NaN, -1, true])("[AR2] %s as maxWork is refused", async maxWork => {
    for (const differ of differs)
      expect(await errorCode(() => differ(untyped({ maxWork })))).toBe("argument-invalid")
  })
})
