import { runInNewContext } from "node:vm"
import { describe, expect, it } from "vitest"
import { pack, packChange, packPatch, unpack, unpackChange, unpackPatch } from "../codec/index.ts"
import { diffJson } from "../json/diff/diff-json.ts"
import {
  applyPatch,
  composePatch,
  deepEqualJson,
  formatPointer,
  invertPatch,
  overlaps,
  parsePointer,
  rebasePatch,
  touches,
  validatePatch
} from "../json/index.ts"
import { applyListRuns } from "../list/apply-list-runs.ts"
import { diffList } from "../list/diff-list.ts"
import { errorCode } from "../testing/error-code.ts"
import { applySplices, diffText, invertSplices, mapPosition } from "../text/index.ts"

type Untyped = (...args: readonly unknown[]) => unknown

/** Each function with arguments it takes. */
const calls: readonly (readonly [Untyped, readonly unknown[]])[] = [
  [diffText, ["abc", "abd", {}]],
  [applySplices, ["abc", [{ index: 0, remove: 1, insert: "x" }]]],
  [invertSplices, ["abc", [{ index: 0, remove: 1, insert: "x" }]]],
  [mapPosition, [1, [{ index: 0, remove: 1, insert: "x" }], "after"]],
  [diffList, [[1, 2], [2], {}]],
  [applyListRuns, [[1], [{ kind: "copy", before: 0, after: 0, count: 1 }]]],
  [diffJson, [{ a: [1] }, { a: [2] }, {}]],
  [deepEqualJson, [[1], [1]]],
  [applyPatch, [{ a: "b" }, [{ op: "remove", path: "/a" }], {}]],
  [validatePatch, [[{ op: "remove", path: "/a" }], {}]],
  [invertPatch, [{ a: "b" }, [{ op: "remove", path: "/a" }], {}]],
  [composePatch, [[{ op: "remove", path: "/a" }], [{ op: "add", path: "/a", value: 1 }]]],
  [touches, [[{ op: "remove", path: "/a" }], {}]],
  [rebasePatch, [[{ op: "remove", path: "/a" }], [{ op: "remove", path: "/b" }], {}]],
  [
    overlaps,
    [[{ operation: 0, access: "read", path: "/a" }], [{ operation: 0, access: "write", path: "/a" }]]
  ],
  [parsePointer, ["/a"]],
  [formatPointer, [["a", 1]]],
  [pack, [1, {}]],
  [packPatch, [[{ op: "remove", path: "/a" }], {}]],
  [packChange, [{ a: 1 }, { a: 2 }, {}]],
  [unpack, [await pack([1]), {}]],
  [unpackPatch, [await packPatch([{ op: "remove", path: "/a" }]), {}]],
  [unpackChange, [{ a: 1 }, await packChange({ a: 1 }, { a: 2 }), {}]]
] as readonly (readonly [Untyped, readonly unknown[]])[]

const holes: unknown[] = []
holes.length = 3
const odd = [null, undefined, 0, Number.NaN, "text", true, {}, [], [null], [undefined], ["x"], [{}], holes]
const parts = [null, undefined, 1.5, -1, "x", {}, [null]]

/** The same arguments with one of them, or a member of what one holds, put in another's place. */
function* variations(args: readonly unknown[]): Generator<readonly unknown[]> {
  for (const [at, arg] of args.entries()) {
    for (const other of odd) yield args.with(at, other)
    const [first] = Array.isArray(arg) ? (arg as readonly unknown[]) : []
    if (typeof first !== "object" || first === null) continue
    for (const name of Object.keys(first)) {
      for (const part of parts) yield args.with(at, [{ ...first, [name]: part }])
    }
  }
}

describe("what no type allows", () => {
  it.each(calls.map(([call, args]) => ({ name: call.name, call, args })))(
    "[AR1] given to $name, is an error that says what is wrong, or does no harm",
    async ({ call, args }) => {
      expect(await errorCode(() => call(...args))).toBe("none")
      const codes: string[] = []
      for (const each of variations(args)) codes.push(await errorCode(() => call(...each)))
      expect(codes.length).toBeGreaterThan(odd.length - 1)
    }
  )

  it.each<[string, Untyped, readonly unknown[]]>([
    ["a text", applySplices as Untyped, [null, []]],
    ["a text", diffText as Untyped, ["a", 5]],
    ["an array", diffList as Untyped, [null, []]],
    ["an array", applyListRuns as Untyped, [{}, []]],
    ["an array", composePatch as Untyped, [{}]],
    ["a Uint8Array", unpack as Untyped, ["bytes"]],
    ["an object", applyPatch as Untyped, [1, [], null]]
  ])("[AR1] says that it must be %s", async (wanted, call, args) => {
    await expect(async () => call(...args)).rejects.toThrow(wanted)
  })

  it.each<[string, Untyped, readonly unknown[]]>([
    ["text-splice-invalid", applySplices as Untyped, ["a", null]],
    ["text-splice-invalid", invertSplices as Untyped, ["a", [{ index: 0, remove: 0 }]]],
    ["text-splice-invalid", mapPosition as Untyped, [0, {}, "after"]],
    ["list-run-invalid", applyListRuns as Untyped, [[], null]],
    ["list-run-invalid", applyListRuns as Untyped, [[], [{ kind: "insert", before: 0, after: 0, count: 1 }]]],
    ["list-run-invalid", applyListRuns as Untyped, [[1], [{ kind: "keep", before: 0, after: 0, count: 1 }]]],
    ["json-patch-invalid", composePatch as Untyped, [[null]]],
    ["json-patch-invalid", packPatch as Untyped, [null]]
  ])("[AR1] is %s for what comes from elsewhere", async (code, call, args) => {
    expect(await errorCode(() => call(...args))).toBe(code)
  })

  it.each<[string, string, Untyped, readonly unknown[]]>([
    ["pack", "fast", pack as Untyped, [1, { level: "best" }]],
    ["packPatch", "small", packPatch as Untyped, [[], { level: 9 }]],
    ["packChange", "small", packChange as Untyped, [1, 2, { level: "" }]],
    ["packChange", "a list of names", packChange as Untyped, [1, 2, { accept: "brotli" }]],
    ["rebasePatch", "conflict", rebasePatch as Untyped, [[], [], { ties: "first" }]],
    ["mapPosition", "before", mapPosition as Untyped, [0, [], "left"]]
  ])("[AR3] an option of %s that it does not know is refused, naming %s", async (_, allowed, call, args) => {
    expect(await errorCode(() => call(...args))).toBe("argument-invalid")
    await expect(async () => call(...args)).rejects.toThrow(allowed)
  })

  it("[AR1] bytes of another frame are bytes", async () => {
    const foreign = runInNewContext("bytes => new Uint8Array(bytes)") as (bytes: Uint8Array) => Uint8Array
    expect(await unpack(foreign(await pack({ a: [1] })))).toStrictEqual({ a: [1] })
  })

  it("[AR3] features that a later version names are not used", async () => {
    const accept = ["snappy", "delta", "mixing2"] as never
    const [before, after] = [{ text: "a".repeat(500) }, { text: `b${"a".repeat(500)}` }]
    expect(await unpackChange(before, await packChange(before, after, { accept }))).toStrictEqual(after)
    expect((await pack(after, { accept })).length).toBe((await pack(after, { accept: [] })).length)
  })
})
