import { describe, expect, it } from "vitest"
import { type ValidatePatchOptions, validatePatch } from "./validate-patch.ts"

function validating(patch: unknown, options: ValidatePatchOptions = {}) {
  return () => validatePatch(patch, options)
}

const withCode = (code: string): unknown => expect.objectContaining({ code })
const add = (value: unknown) => [{ op: "add", path: "/a", value }]

/** A value inside of itself, directly and by two ways. */
function cyclic(): unknown {
  const list: unknown[] = [1]
  list.push(list, { list })
  return list
}

/** `depth` arrays around each other. */
function nested(depth: number): unknown {
  let value: unknown = []
  for (let i = 1; i < depth; i++) value = [value]
  return value
}

describe("validatePatch", () => {
  it("[JP12] gives back a patch of every kind of operation", () => {
    const patch = [
      { op: "test", path: "", value: null, comment: "ignored" },
      { op: "add", path: "/a/-", value: [{ b: [-0, 1e300, "é", true] }] },
      { op: "replace", path: "/~0~1", value: "" },
      { op: "remove", path: "/a" },
      { op: "move", from: "/a", path: "/ab" },
      { op: "copy", from: "", path: "/a" }
    ]
    expect(validatePatch(patch)).toBe(patch)
  })

  it.each([
    ["no array", { op: "remove", path: "/a" }],
    ["null in it", [null]],
    ["a hole in it", Array(1)],
    ["an array in it", [["remove", "/a"]]],
    ["an unknown operation", [{ op: "spam", path: "/a" }]],
    ["an inherited operation", [{ op: "toString", path: "/a" }]],
    ["no operation", [{ path: "/a" }]],
    ["no path", [{ op: "remove" }]],
    ["a number for a path", [{ op: "remove", path: 0 }]],
    ["no value", [{ op: "add", path: "/a" }]],
    ["no from", [{ op: "move", path: "/a" }]],
    ["a move into itself", [{ op: "move", from: "/a", path: "/a/b" }]],
    ["a splice", [{ op: "splice", path: "/a", splices: [] }]]
  ])("[JP12] refuses %s", (_, patch) => {
    expect(validating(patch)).toThrow(withCode("json-patch-invalid"))
  })

  it.each([
    ["undefined inside", [undefined]],
    ["an undefined member", { x: undefined }],
    ["NaN", Number.NaN],
    ["Infinity", { x: [-Infinity] }],
    ["a function", () => 1],
    ["a symbol", Symbol("s")],
    ["a bigint", 1n],
    ["a hole", [Array(2)]],
    ["a date", new Date(0)],
    ["a map", new Map()],
    ["bytes", Uint8Array.of(1)],
    ["an instance", new URL("https://example.org")]
  ])("[JP12] refuses %s for a value", (_, value) => {
    expect(validating(add(value))).toThrow(withCode("json-patch-value-invalid"))
    expect(validating([{ op: "test", path: "", value }])).toThrow(withCode("json-patch-value-invalid"))
  })

  it.each([null, [null]])("[JP12] refuses %j for splices", splices => {
    const patch = [{ op: "splice", path: "/a", splices }]
    expect(() => validatePatch(patch, { extensions: true })).toThrow(withCode("json-patch-invalid"))
  })

  it("[JP12] refuses half a surrogate pair on request", () => {
    const patches = [add("\ud800"), add({ "\udc00": 1 }), [{ op: "remove", path: "/\ud800" }]]
    for (const patch of patches) {
      expect(validatePatch(patch)).toBe(patch)
      expect(validating(patch, { wellFormed: true })).toThrow(withCode("json-patch-value-invalid"))
    }
  })

  it("[JP12] says whether the patch applies to a document, undefined too", () => {
    const patch = [{ op: "replace", path: "/a", value: 1 }]
    expect(validatePatch(patch, { document: { a: 0 } })).toBe(patch)
    expect(validating(patch, { document: {} })).toThrow(withCode("json-patch-path-missing"))
    expect(validating(patch, { document: undefined })).toThrow(withCode("json-patch-path-missing"))
  })

  it("[JP13] values that contain themselves, or nest too deep, end at a limit", () => {
    expect(validating(add(cyclic()))).toThrow(withCode("json-patch-limit"))
    expect(validating(add(nested(1_000_000)))).toThrow(withCode("json-patch-limit"))
    expect(validating(add(nested(10_001)))).toThrow(withCode("json-patch-limit"))
    expect(validating(add(nested(10_000)))).not.toThrow()
  })

  it.each([
    ["operations", { maxOperations: 1 }, [...add(1), ...add(1)]],
    ["path length", { maxPathLength: 3 }, [{ op: "remove", path: "/abc" }]],
    ["path depth", { maxPathDepth: 2 }, [{ op: "copy", from: "/a/b/c", path: "/a" }]],
    ["value depth", { maxValueDepth: 1 }, add([[]])],
    ["values", { maxValues: 3 }, add([1, 2, 3])],
    ["long texts", { maxValues: 3 }, add("x".repeat(256))]
  ])("[JP13] holds the limit of %s", (_, limits, patch) => {
    expect(validating(patch)).not.toThrow()
    expect(validating(patch, { limits })).toThrow(withCode("json-patch-limit"))
  })

  it("[JP13] takes a million operations, and a path of a million tokens", () => {
    const million = Array.from({ length: 1_000_000 }, (_, i) => ({ op: "remove", path: `/${i}` }))
    expect(validatePatch(million)).toBe(million)
    const deep = [{ op: "remove", path: "/".repeat(1_000_000) }]
    expect(validating(deep)).toThrow(withCode("json-patch-limit"))
    expect(validatePatch(deep, { limits: { maxPathDepth: 1_000_000 } })).toBe(deep)
  })
})
