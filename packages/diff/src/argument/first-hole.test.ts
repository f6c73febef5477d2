import { describe, expect, it } from "vitest"
import { pack } from "../codec/pack.ts"
import { packChange } from "../codec/pack-change.ts"
import { packPatch } from "../codec/pack-patch.ts"
import { deepEqualJson } from "../json/deep-equal-json.ts"
import { diffJson } from "../json/diff/diff-json.ts"
import type { JsonPatch, JsonPatchOperation } from "../json/json-patch.ts"
import { applyPatch } from "../json/patch/apply-patch.ts"
import { invertPatch } from "../json/patch/invert-patch.ts"
import { rebasePatch } from "../json/patch/rebase-patch.ts"
import { applyListRuns } from "../list/apply-list-runs.ts"
import { diffList } from "../list/diff-list.ts"
import { errorCode } from "../testing/error-code.ts"
import { firstHole } from "./first-hole.ts"

/** Four thousand million elements in a few bytes, some of which are there. */
function sparse(...elements: unknown[]): unknown[] {
  elements.length = 2 ** 32 - 2
  elements[2 ** 32 - 3] = "last"
  return elements
}
const records = (...extra: unknown[]) => [
  ...Array.from({ length: 40 }, (_, id) => ({ id, tags: ["a"] })),
  ...extra
]

describe("firstHole", () => {
  it("[AR4] is found wherever it is in an array of any length, and not in one without", () => {
    expect(firstHole(sparse(1, undefined, 2))).toBe(3)
    expect(firstHole(sparse())).toBe(0)
    expect(firstHole(Array.from({ length: 2 ** 22 + 1 }))).toBe(-1)
  })
})

describe("an array of four thousand million elements, nearly all of them holes", () => {
  // Made by functions, since titles are printed with all that a case holds.
  it.each<[string, () => JsonPatchOperation, string]>([
    ["an insertion", () => ({ op: "add", path: "/list/0", value: 1 }), "json-patch-value-invalid"],
    ["an element at the end", () => ({ op: "add", path: "/list/-", value: 1 }), "json-patch-value-invalid"],
    ["a removal", () => ({ op: "remove", path: "/list/0" }), "json-patch-value-invalid"],
    ["a change inside", () => ({ op: "replace", path: "/list/0/a", value: 1 }), "json-patch-value-invalid"],
    ["its copy", () => ({ op: "copy", from: "/list", path: "/copy" }), "json-patch-value-invalid"],
    ["a copied element", () => ({ op: "copy", from: "/list/0", path: "/copy" }), "none"],
    ["its move", () => ({ op: "move", from: "/list", path: "/moved" }), "none"],
    ["its test", () => ({ op: "test", path: "/list", value: sparse({ a: 0 }) }), "json-patch-test-failed"],
    ["another", () => ({ op: "add", path: "/other", value: sparse({ a: 0 }) }), "json-patch-value-invalid"]
  ])("[AR4] lets a patch with %s end", async (_, operation, code) => {
    const document = { list: sparse({ a: 0 }) }
    expect(await errorCode(() => applyPatch(document, [operation()]))).toBe(code)
    expect(await errorCode(() => invertPatch(document, [operation()]))).toBe(code)
    expect(await errorCode(() => rebasePatch([operation()], [], { document }))).toBe(code)
  })

  it.each<[string, () => unknown, () => unknown]>([
    ["the root", () => sparse(1), () => [1]],
    ["the new root", () => [1], () => sparse(1)],
    ["both", () => sparse(1), () => sparse(1)],
    ["a member", () => ({ a: sparse(1, 2) }), () => ({ a: [1] })],
    ["a new member", () => ({ a: 1 }), () => ({ a: 1, b: sparse(1) })],
    ["a moved member", () => ({ a: sparse("x".repeat(99)) }), () => ({ b: sparse("x".repeat(99)) })],
    ["an element", () => records(sparse(1)), () => records(sparse(2)).reverse()],
    ["one of many elements", () => records(sparse({})), () => records(1, sparse({}), ...records())],
    ["in an element", () => records({ tags: sparse({}) }), () => records({ tags: sparse(1) }, 1)]
  ])("[AR4] is refused by diffJson as %s", async (_, before, after) => {
    expect(await errorCode(() => diffJson(before(), after()))).toBe("json-diff-value-invalid")
    const options = { key: "id", maxWork: 0 }
    expect(await errorCode(() => diffJson(before(), after(), options))).toBe("json-diff-value-invalid")
  })

  it("[AR4] is refused by lists", async () => {
    expect(await errorCode(() => diffList(sparse(1), [1]))).toBe("argument-invalid")
    expect(await errorCode(() => diffList([1], sparse(1)))).toBe("argument-invalid")
    expect(await errorCode(() => diffList([sparse(1)], [sparse(1), 2]))).toBe("none")
    expect(await errorCode(() => applyListRuns(sparse(1), []))).toBe("argument-invalid")
  })

  it("[AR4] is refused by packing", async () => {
    const value = sparse(-0)
    expect(await errorCode(() => pack(value))).toBe("codec-value-unsupported")
    expect(await errorCode(() => packPatch([{ op: "add", path: "", value }]))).toBe("codec-value-unsupported")
    expect(await errorCode(() => packPatch(sparse({ op: "remove", path: "/a" }) as JsonPatch))).toBe(
      "json-patch-invalid"
    )
    expect(await errorCode(() => packChange(value, 1))).toBe("codec-value-unsupported")
    expect(await errorCode(() => packChange(1, value))).toBe("codec-value-unsupported")
  })

  it("[AR4] equals itself only", () => {
    const [one, other] = [sparse(1), sparse(1)]
    expect([deepEqualJson(one, one), deepEqualJson(one, other)]).toStrictEqual([true, false])
  })
})
