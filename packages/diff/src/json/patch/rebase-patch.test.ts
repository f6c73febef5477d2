import { describe, expect, it } from "vitest"
import type { JsonPatch, JsonPatchOperation } from "../json-patch.ts"
import { overlaps } from "./overlaps.ts"
import { rebasePatch } from "./rebase-patch.ts"
import { touches } from "./touches.ts"

const document = { list: [{ n: 0 }, { n: 1 }, { n: 2 }], names: { "0": { n: 0 } }, a: 1, b: { c: { d: 1 } } }
const insert = (index: number | "-"): JsonPatchOperation => ({
  op: "add",
  path: `/list/${index}`,
  value: "new"
})
const replace = (path: string): JsonPatchOperation => ({ op: "replace", path, value: 9 })
const remove = (path: string): JsonPatchOperation => ({ op: "remove", path })
const move = (from: string, path: string): JsonPatchOperation => ({ op: "move", from, path })

describe("rebasePatch", () => {
  it.each<[string, JsonPatch, JsonPatch, JsonPatch]>([
    ["past an insertion", [replace("/list/1/n")], [insert(0)], [replace("/list/2/n")]],
    ["past a removal", [replace("/list/1/n")], [remove("/list/0")], [replace("/list/0/n")]],
    [
      "not past what comes later",
      [replace("/list/0/n")],
      [remove("/list/1"), insert(1)],
      [replace("/list/0/n")]
    ],
    ["an append", [insert("-")], [insert(0), remove("/list/2")], [insert(3)]],
    ["into what moved", [replace("/list/1/n")], [move("/list/1", "/moved")], [replace("/moved/n")]],
    ["into what moved away with its container", [replace("/b/c/d")], [move("/b", "/e")], [replace("/e/c/d")]],
    ["a move", [move("/list/0", "/list/2")], [insert(1)], [move("/list/0", "/list/3")]],
    [
      "several, as they follow each other",
      [insert(0), replace("/list/1/n"), remove("/list/3")],
      [remove("/list/1")],
      [insert(0), replace("/list/1/n"), remove("/list/2")]
    ]
  ])("[JI8] carries %s", (_, patch, over, expected) => {
    expect(rebasePatch(patch, over, { document })).toStrictEqual(expected)
  })

  it.each<[string, JsonPatchOperation, JsonPatchOperation]>([
    ["both write one value", replace("/a"), replace("/a")],
    ["one is inside of what the other removed", replace("/b/c/d"), remove("/b")],
    ["both insert at one place", insert(1), insert(1)],
    ["both move one thing", move("/a", "/x"), move("/a", "/y")],
    ["each moves into what the other moves", move("/b", "/list/0/b"), move("/list/0", "/b/list")],
    ["one copied what the other changed", { op: "copy", from: "/b", path: "/e" }, replace("/b/c")],
    [
      "one tested an array that the other inserts into",
      { op: "test", path: "/list", value: document.list },
      insert(0)
    ]
  ])("[JI10] is a conflict where %s", (_, operation, other) => {
    const conflicts = [{ patch: 0, path: operation.path, over: 0, overPath: other.path }]
    const thrown = expect.objectContaining({ code: "json-patch-conflict", details: { conflicts } })
    expect(() => rebasePatch([operation], [other], { document })).toThrow(thrown)
    expect(() => rebasePatch([other], [operation], { document })).toThrow(/same place/)
    expect(overlaps(touches([operation], { document }), touches([other], { document }))).toBe(true)
  })

  it("[JI8] ties go as asked", () => {
    expect(rebasePatch([insert(1)], [insert(1)], { document, ties: "before" })).toStrictEqual([insert(1)])
    expect(rebasePatch([insert(1)], [insert(1)], { document, ties: "after" })).toStrictEqual([insert(2)])
  })

  it("[JI8] what comes to lie where it was to go stays there", () => {
    const over = [remove("/list/1"), insert(1)]
    expect(rebasePatch([move("/list/0", "/list/1")], over, { document, ties: "after" })).toStrictEqual([])
    expect(rebasePatch(over, [move("/list/0", "/list/1")], { document, ties: "before" })).toStrictEqual([
      remove("/list/0"),
      insert(1)
    ])
  })

  it.each<[string, JsonPatchOperation, JsonPatchOperation]>([
    ["of insertions at one place, whoever is first", insert(1), insert(1)],
    ["of what moved to an unknown index", replace("/b/c/d"), move("/b", "/list/-")],
    ["of places that one shifts", replace("/list/2"), remove("/list/0")],
    ["of a place where the other inserts", replace("/list/1"), insert(1)],
    ["of a move within a list that the other edits", move("/list/0", "/list/2"), replace("/list/1/n")]
  ])("[JI9] without the document, a conflict %s", (_, operation, other) => {
    expect(() => rebasePatch([operation], [other], { ties: "before" })).toThrow(/pass it as `document`/)
    expect(() => rebasePatch([other], [operation], { ties: "after" })).toThrow(/pass it as `document`/)
  })

  it.each<[string, JsonPatchOperation, JsonPatchOperation]>([
    ["both write one value", replace("/list/1/n"), replace("/list/1/n")],
    ["one is inside of what the other removed", replace("/list/1/n"), remove("/list/1")],
    ["both take out one element", remove("/list/1"), move("/list/1", "/a")]
  ])("[JI10] without the document too, it is certain where %s", (_, operation, other) => {
    expect(() => rebasePatch([operation], [other])).toThrow(/are about the same place; drop/)
    expect(() => rebasePatch([other], [operation])).toThrow(/are about the same place; drop/)
  })

  it("[JI10] a tie says how to choose, also behind what shifts both", () => {
    const [ours, theirs] = [[insert(0), insert(2)], [insert(1)]]
    const tie = /operation 1 \(add "\/list\/2"\) and operation 0 \(add "\/list\/1"\).*choose `ties`/
    expect(() => rebasePatch(ours, theirs, { document })).toThrow(tie)
  })

  it("[JI9] without the document, what is about something else stays as it is", () => {
    const patch = [move("/list/0", "/list/2"), insert("-"), replace("/list/7/n")]
    expect(rebasePatch(patch, [replace("/a"), remove("/b")])).toStrictEqual(patch)
  })

  it("[JI9] a number may be a name: only the document can tell", () => {
    const [patch, over] = [[replace("/names/0/n")], [{ op: "add", path: "/names/00", value: 1 } as const]]
    expect(rebasePatch(patch, over)).toStrictEqual(patch)
    const shifting = [{ op: "add", path: "/names/0", value: 1 } as const]
    expect(() => rebasePatch([replace("/names/1/n")], shifting)).toThrow(/pass it as `document`/)
    const beside = { names: { "1": { n: 1 } } }
    expect(rebasePatch([replace("/names/1/n")], shifting, { document: beside })).toStrictEqual([
      replace("/names/1/n")
    ])
  })

  it("[JI10] counts pairs of long paths for more than one", () => {
    const [deep, other] = [replace("/x".repeat(640)), replace(`/y${"/x".repeat(640)}`)]
    const limited = (pairs: number) => () => rebasePatch([deep], [other], { limits: { maxPairs: pairs } })
    expect(limited(10)).toThrow(expect.objectContaining({ code: "json-patch-limit" }))
    expect(limited(11)()).toStrictEqual([deep])
  })

  it("[JI10] compares no more pairs than allowed, and only patches that apply", () => {
    const limited = () =>
      rebasePatch([replace("/a"), replace("/a")], [insert(0)], { document, limits: { maxPairs: 1 } })
    expect(limited).toThrow(expect.objectContaining({ code: "json-patch-limit" }))
    expect(() => rebasePatch([replace("/z")], [], { document })).toThrow(/nothing at/)
  })
})
