import { describe, expect, it } from "vitest"
import type { ExtendedJsonPatch, JsonPatch, JsonPatchOperation } from "../json-patch.ts"
import { type ApplyPatchOptions, applyPatch } from "./apply-patch.ts"
import type { JsonPatchLimits } from "./patch-limits.ts"

const withCode = (code: string, index = 0): unknown =>
  expect.objectContaining({ code, details: expect.objectContaining({ index }) })

function applying(document: unknown, patch: ExtendedJsonPatch, options?: ApplyPatchOptions) {
  return () => applyPatch(document, patch, options)
}

describe("applyPatch", () => {
  it.each(["/list/00", "/list/01", "/list/1e0", "/list/-1", "/list/3", "/list/", "/list/99999999999"])(
    "[JP6] %s is no place to add at",
    path => {
      const patch: JsonPatch = [{ op: "add", path, value: 1 }]
      expect(applying({ list: [1, 2] }, patch)).toThrow(withCode("json-patch-index-invalid"))
    }
  )

  it.each<JsonPatch>([
    [{ op: "remove", path: "/-" }],
    [{ op: "replace", path: "/-", value: 1 }],
    [{ op: "test", path: "/-", value: 1 }],
    [{ op: "add", path: "/-/a", value: 1 }],
    [{ op: "move", from: "/-", path: "/0" }],
    [{ op: "copy", from: "/-", path: "/0" }],
    [{ op: "replace", path: "/01", value: 1 }],
    [{ op: "remove", path: "/2" }],
    [{ op: "add", path: "/01/a", value: 1 }]
  ])("[JP6] refuses %j on an array of two", operation => {
    expect(applying([{}, {}], [operation])).toThrow(withCode("json-patch-index-invalid"))
  })

  it("[JP6] in an object, - and 00 are names", () => {
    const patch: JsonPatch = [
      { op: "add", path: "/-", value: 1 },
      { op: "copy", from: "/-", path: "/00" }
    ]
    expect(applyPatch({}, patch)).toStrictEqual({ "-": 1, "00": 1 })
  })

  it.each(["__proto__", "constructor", "prototype", "toString"])(
    "[JP7] %s is a name like any other",
    name => {
      const patch: JsonPatch = [
        { op: "add", path: `/${name}`, value: { polluted: 1 } },
        { op: "add", path: `/${name}/more`, value: true },
        { op: "copy", from: `/${name}`, path: "/copied" }
      ]
      const result = applyPatch({}, patch) as object
      expect(Object.keys(result)).toStrictEqual([name, "copied"])
      expect(Object.getPrototypeOf(result)).toBe(Object.prototype)
      expect(Object.getOwnPropertyDescriptor(result, name)?.value).toStrictEqual({ polluted: 1, more: true })
      expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined()
    }
  )

  it.each([
    "/__proto__/polluted",
    "/constructor/prototype/polluted",
    "/list/__proto__/polluted",
    "/list/length"
  ])("[JP7] %s leads nowhere unless it is an own member", path => {
    const patch: JsonPatch = [{ op: "add", path, value: 1 }]
    expect(applying({ list: [] }, patch)).toThrow(/json|nothing|no index/)
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined()
  })

  it("[JP7] goes into nothing but arrays and plain objects", () => {
    const document = { date: new Date(0), bytes: Uint8Array.of(1), text: "abc", none: null }
    for (const path of ["/date/x", "/bytes/0", "/text/0", "/none/x"]) {
      expect(applying(document, [{ op: "test", path, value: 1 }])).toThrow(
        withCode("json-patch-path-missing")
      )
      expect(applying(document, [{ op: "add", path, value: 1 }])).toThrow(withCode("json-patch-path-missing"))
    }
  })

  it("[JP3] containers above changes are copied once, not for every operation", () => {
    const list = Array.from({ length: 200_000 }, () => 0)
    const patch: JsonPatch = list.map(
      (_, i) => ({ op: "replace", path: `/${i % 2}/${i}`, value: 1 }) as const
    )
    // Copied each time, these would be 40 thousand million elements.
    const [even, odd] = applyPatch([list, list], patch) as number[][]
    expect([even?.[0], even?.[1], odd?.[0], odd?.[1], list[0]]).toStrictEqual([1, 0, 0, 1, 0])
  })

  it("[JP8] says which operation failed, and where", () => {
    const patch: JsonPatch = [
      { op: "add", path: "/a", value: 1 },
      { op: "replace", path: "/b/c", value: 1 }
    ]
    const details = { index: 1, path: "/b/c" }
    expect(applying({}, patch)).toThrow(expect.objectContaining({ code: "json-patch-path-missing", details }))
    expect(applying({}, patch)).toThrow(/operation 1 \(replace "\/b\/c"\).*another version/)
  })

  it.each<[string, unknown, unknown]>([
    ["the JSON parsed", 1, "[]"],
    ["write {", 1, ["remove"]],
    ["use add, remove", {}, [{ op: "nop", path: "/a" }]],
    ["write a JSON Pointer", {}, [{ op: "remove", path: ["a"] }]],
    ["copy it first", { a: {} }, [{ op: "move", from: "/a", path: "/a/b" }]],
    ["number from 0 on", [1, 2, 3], [{ op: "remove", path: "/9" }]],
    ['0 to 3 or at "-"', [1, 2, 3], [{ op: "add", path: "/04", value: 0 }]],
    ["turn it into JSON", [], [{ op: "add", path: "/-", value: [undefined] }]],
    ["{ extensions: true }", "", [{ op: "splice", path: "", splices: [] }]]
  ])("[JP8] says what to do: %s", (advice, document, patch) => {
    expect(applying(document, patch as JsonPatch)).toThrow(advice)
  })

  it.each<[keyof JsonPatchLimits, readonly unknown[]]>([
    ["maxOperations", [{ op: "remove", path: "/a" }]],
    ["maxPathLength", [{ op: "remove", path: "/a" }]],
    ["maxPathDepth", [{ op: "remove", path: "/a" }]],
    ["maxValueDepth", [{ op: "add", path: "/b", value: [] }]],
    ["maxValues", [{ op: "add", path: "/b", value: 1 }]],
    ["maxShifts", [{ op: "add", path: "/a/0", value: 1 }]]
  ])("[JP8] names %s where a patch is over it", (limit, patch) => {
    const limits = { [limit]: 0 }
    expect(() => applyPatch({ a: [1] }, patch as JsonPatch, { limits })).toThrow(limit)
  })

  it("[JP9] test compares by content, numbers as numbers", () => {
    const document = { a: { x: [1, 0], y: null } }
    expect(applyPatch(document, [{ op: "test", path: "/a", value: { y: null, x: [1, -0] } }])).toBe(document)
    for (const value of [{ x: [1, 0] }, { x: ["1", 0], y: null }, { x: [0, 1], y: null }]) {
      expect(applying(document, [{ op: "test", path: "/a", value }])).toThrow(
        withCode("json-patch-test-failed")
      )
    }
  })

  it("[JP10] the root can be replaced, copied from and tested", () => {
    const patch: JsonPatch = [
      { op: "replace", path: "", value: { a: [1] } },
      { op: "copy", from: "", path: "/a/-" },
      { op: "move", from: "/a", path: "" },
      { op: "test", path: "", value: [1, { a: [1] }] }
    ]
    expect(applyPatch("anything", patch)).toStrictEqual([1, { a: [1] }])
  })

  it("[JP10] the root cannot be removed, and nothing moves into itself", () => {
    expect(applying({}, [{ op: "remove", path: "" }])).toThrow(withCode("json-patch-invalid"))
    expect(applying({ a: {} }, [{ op: "move", from: "/a", path: "/a/b" }])).toThrow(
      withCode("json-patch-invalid")
    )
    expect(applying({ a: {} }, [{ op: "move", from: "", path: "/a" }])).toThrow(
      withCode("json-patch-invalid")
    )
    expect(applyPatch({ a: 1, ab: 2 }, [{ op: "move", from: "/a", path: "/ab" }])).toStrictEqual({ ab: 1 })
    expect(applying({}, [{ op: "move", from: "/a", path: "/a" }])).toThrow(
      withCode("json-patch-path-missing")
    )
  })

  it("[JP1] the path of a move counts after its removal", () => {
    expect(applyPatch([1, [], [2]], [{ op: "move", from: "/0", path: "/1/0" }])).toStrictEqual([[], [1, 2]])
  })

  it("[JP11] splices and bytes are there on request", () => {
    const patch: ExtendedJsonPatch = [
      { op: "splice", path: "/text", splices: [{ index: 1, remove: 1, insert: "xy" }] },
      { op: "add", path: "/bytes", value: Uint8Array.of(1) }
    ]
    const result = applyPatch({ text: "abc" }, patch, { extensions: true })
    expect(result).toStrictEqual({ text: "axyc", bytes: Uint8Array.of(1) })
    expect((result as { bytes: unknown }).bytes).not.toBe((patch[1] as { value: unknown }).value)
    expect(applying({ text: "abc" }, patch)).toThrow(withCode("json-patch-invalid"))
    expect(applying({ text: "abc" }, patch.slice(1))).toThrow(withCode("json-patch-value-invalid"))
  })

  it.each([
    ["outside of its text", "/text", [{ index: 9, remove: 0, insert: "" }]],
    ["on a number", "/n", []]
  ])("[JP11] refuses a splice %s", (_, path, splices) => {
    const patch: ExtendedJsonPatch = [{ op: "splice", path, splices }]
    const options = { extensions: true }
    expect(applying({ text: "abc", n: 1 }, patch, options)).toThrow(withCode("json-patch-splice-invalid"))
  })

  it("[JP13] a copy that doubles the document ends at the limit", () => {
    const doubling: JsonPatch = Array.from(
      { length: 100 },
      () => ({ op: "copy", from: "", path: "/-" }) as const
    )
    const options = { limits: { maxValues: 100_000 } }
    expect(applying([1], doubling, options)).toThrow(withCode("json-patch-limit", 15))
  })

  it("[JP13] a million operations apply to one array, and leave the one given", () => {
    const document = [0]
    const million: JsonPatch = Array.from(
      { length: 1_000_000 },
      (_, value) => ({ op: "add", path: "/-", value }) as const
    )
    expect(applyPatch(document, million)).toHaveLength(1_000_001)
    expect(document).toStrictEqual([0])
    expect(applying(document, [...million, ...million.slice(0, 1)])).toThrow(/maxOperations/)
  })

  it.each<[number, JsonPatchOperation]>([
    [3, { op: "add", path: "/0", value: 1 }],
    [2, { op: "remove", path: "/0" }],
    [2, { op: "move", from: "/2", path: "/0" }]
  ])("[JP13] counts the %d elements that %j moves", (shifts, operation) => {
    const limited = (most: number) => applying([1, 2, 3], [operation], { limits: { maxShifts: most } })
    expect(limited(shifts)).not.toThrow()
    expect(limited(shifts - 1)).toThrow(withCode("json-patch-limit"))
  })

  it.each<[number, string, JsonPatchOperation]>([
    [3, "once", { op: "replace", path: "/u/0", value: 1 }],
    [6, "again after it was read", { op: "copy", from: "", path: "/copy" }],
    [6, "again after its parent moved", { op: "move", from: "/u", path: "/v" }]
  ])("[JP13] counts the %d code units of a text that is spliced twice %s", (units, _, between) => {
    const splice = (path: string) =>
      ({ op: "splice", path, splices: [{ index: 0, remove: 1, insert: "x" }] }) as const
    const patch = [splice("/u/t"), between, splice(between.op === "move" ? "/v/t" : "/u/t")]
    const limited = (most: number) => () =>
      applyPatch({ u: { t: "abc", 0: 0 } }, patch, { extensions: true, limits: { maxShifts: most } })
    expect(limited(units)).not.toThrow()
    expect(limited(units - 1)).toThrow(expect.objectContaining({ code: "json-patch-limit" }))
  })

  it("[JP13] writes a text of a megabyte once for 20,000 edits, with others between them", () => {
    const edits = Array.from({ length: 20_000 }, (_, i) => [
      { op: "splice", path: "/text", splices: [{ index: (i * 7919) % 900_000, remove: 1, insert: "--" }] },
      { op: "replace", path: "/edited", value: i }
    ]).flat() as ExtendedJsonPatch
    const document = { text: "x".repeat(1_000_000), edited: 0 }
    const limits = { maxShifts: 1_000_000 }
    const { text, edited } = applyPatch(document, edits, { extensions: true, limits }) as typeof document
    expect([text.length, edited]).toStrictEqual([1_020_000, 19_999])
  })

  it("[JP13] a path a million deep is followed as far as there is something", () => {
    const path = "/a".repeat(400_000)
    const limits = { maxPathDepth: 1_000_000 }
    expect(applying({ a: {} }, [{ op: "add", path, value: 1 }])).toThrow(withCode("json-patch-limit"))
    expect(applying({ a: {} }, [{ op: "add", path, value: 1 }], { limits })).toThrow(
      withCode("json-patch-path-missing")
    )
  })
})
