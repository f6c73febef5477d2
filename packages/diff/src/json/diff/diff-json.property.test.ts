import { applyPatch as applyElsewhere, type Operation } from "fast-json-patch"
import fc from "fast-check"
import { applyPatch as applyByRfc6902, type Operation as RfcOperation } from "rfc6902"
import { describe, expect, it } from "vitest"
import { anyJson, jsonVersions, longVersions } from "../../testing/json-versions.ts"
import { deepEqualJson } from "../deep-equal-json.ts"
import { hashJson } from "../hash-json.ts"
import type { JsonPatch, JsonPatchOperation } from "../json-patch.ts"
import { applyPatch } from "../patch/apply-patch.ts"
import { isContainer } from "../patch/container.ts"
import { readAt } from "../patch/read-at.ts"
import { diffJson, diffJsonWith } from "./diff-json.ts"
import { quickHash } from "./quick-hash.ts"
import { diffText } from "../../text/diff-text.ts"

const options = fc.record(
  {
    key: fc.constantFrom("id", (element: unknown) => (Array.isArray(element) ? "list" : undefined)),
    moves: fc.boolean(),
    whole: fc.boolean(),
    maxWork: fc.oneof(fc.nat(20), fc.nat(2000))
  },
  { requiredKeys: [] }
)

// Hashes that tell nothing apart, or next to nothing.
const hashes = fc.constantFrom(
  { quick: () => 0, full: () => 0 },
  { quick: () => 0, full: hashJson },
  { quick: (value: unknown) => quickHash(value) & 1, full: (value: unknown) => hashJson(value) & 1 }
)

/** Whether an operation replaces an array by an array or an object by an object, where it could edit inside. */
function couldEdit(document: unknown, operation: JsonPatchOperation): boolean {
  if (operation.op !== "replace" || /constructor|prototype/.test(operation.path)) return false
  const [a, b] = [readAt(document, operation.path), operation.value]
  return isContainer(a) && isContainer(b) && Array.isArray(a) === Array.isArray(b)
}

describe("diffJson", () => {
  it("[JD1] applying the patch gives the new value", () => {
    fc.assert(
      fc.property(jsonVersions, options, ([before, after], given) => {
        const patch = diffJson(before, after, given)
        expect(deepEqualJson(applyPatch(before, patch), after)).toBe(true)
      })
    )
  })

  it("[JD1] with text operations too", () => {
    fc.assert(
      fc.property(jsonVersions, options, ([before, after], given) => {
        const patch = diffJson(before, after, { ...given, text: diffText })
        expect(deepEqualJson(applyPatch(before, patch, { extensions: true }), after)).toBe(true)
      })
    )
  })

  it("[JD23] with whole: false nothing is replaced that can be edited inside", () => {
    fc.assert(
      fc.property(fc.oneof(jsonVersions, longVersions), options, ([before, after], given) => {
        let state = before
        for (const operation of diffJson(before, after, { ...given, whole: false })) {
          expect(couldEdit(state, operation)).toBe(false)
          state = applyPatch(state, [operation])
        }
        expect(deepEqualJson(state, after)).toBe(true)
      })
    )
  })

  it("[JD2] fast-json-patch, validating, and rfc6902 come to the new value with it", () => {
    fc.assert(
      fc.property(jsonVersions, options, ([before, after], given) => {
        const patch = diffJson(before, after, given)
        expect(deepEqualJson(byFastJsonPatch(before, patch), after)).toBe(true)
        expect(deepEqualJson(byRfc6902(before, patch), after)).toBe(true)
      })
    )
  })

  it("[JD2] of long arrays of records, too", () => {
    fc.assert(
      fc.property(longVersions, options, ([before, after], given) => {
        const patch = diffJson(before, after, given)
        expect(deepEqualJson(byFastJsonPatch(before, patch), after)).toBe(true)
        expect(deepEqualJson(byRfc6902(before, patch), after)).toBe(true)
      })
    )
  })

  it("[JD3] equal values, shared or not, give no operation", () => {
    fc.assert(
      fc.property(anyJson, options, (value, given) => {
        expect(diffJson(value, structuredClone(value), given)).toEqual([])
        expect(diffJson(value, value, given)).toEqual([])
      })
    )
  })

  it("[JD4] colliding hashes never make a patch wrong", () => {
    fc.assert(
      fc.property(fc.oneof(jsonVersions, longVersions), options, hashes, ([before, after], given, weak) => {
        const patch = diffJsonWith(weak, before, after, given) as JsonPatch
        expect(deepEqualJson(applyPatch(before, patch), after)).toBe(true)
      })
    )
  })

  it("[JD5] no patch is longer than replacing the whole", () => {
    fc.assert(
      fc.property(jsonVersions, ([before, after]) => {
        const whole = JSON.stringify([{ op: "replace", path: "", value: after }])
        const patch = JSON.stringify(diffJson(before, after))
        // Escaped characters and signs are not estimated.
        expect(patch.length).toBeLessThanOrEqual(whole.length * 2)
      })
    )
  })

  it("[JD6] leaves both values as they are", () => {
    fc.assert(
      fc.property(jsonVersions, options, ([before, after], given) => {
        const texts = JSON.stringify([before, after])
        diffJson(before, after, given)
        expect(JSON.stringify([before, after])).toBe(texts)
      })
    )
  })
})

function byFastJsonPatch(before: unknown, patch: JsonPatch): unknown {
  return applyElsewhere(structuredClone(before), structuredClone(patch) as Operation[], true).newDocument
}

/** That implementation changes a value in place, so it cannot change the root. */
function byRfc6902(before: unknown, patch: JsonPatch): unknown {
  const holder = { whole: structuredClone(before) }
  const moved = patch.map(operation => ({
    ...operation,
    path: `/whole${operation.path}`,
    ...("from" in operation ? { from: `/whole${operation.from}` } : {})
  }))
  const errors = applyByRfc6902(holder, moved as RfcOperation[]).filter(error => error !== null)
  expect(errors).toEqual([])
  return holder.whole
}
