import { describe, expect, it } from "vitest"
import type { JsonPatch } from "../json-patch.ts"
import { composePatch } from "./compose-patch.ts"

const replace = (path: string, value: unknown) => ({ op: "replace", path, value }) as const
const add = (path: string, value: unknown) => ({ op: "add", path, value }) as const
const remove = (path: string) => ({ op: "remove", path }) as const
const test = (path: string, value: unknown) => ({ op: "test", path, value }) as const

describe("composePatch", () => {
  it.each<[string, JsonPatch, JsonPatch]>([
    ["replaced twice", [replace("/a", 1), replace("/a", 2)], [replace("/a", 2)]],
    ["replaced and removed", [replace("/a", 1), remove("/a")], [remove("/a")]],
    ["removed and added", [remove("/a"), add("/a", 1)], [replace("/a", 1)]],
    ["an element removed and added", [remove("/list/3"), add("/list/3", 1)], [replace("/list/3", 1)]],
    ["added and replaced", [add("/list/0", 1), replace("/list/0", 2)], [add("/list/0", 2)]],
    ["a member added twice", [add("/a", 1), add("/a", 2)], [add("/a", 2)]],
    ["edited inside", [add("/a", { b: [1] }), add("/a/b/-", 2), remove("/a/b/0")], [add("/a", { b: [2] })]],
    [
      "moved inside",
      [replace("", { a: 1 }), { op: "move", from: "/a", path: "/b" }],
      [replace("", { b: 1 })]
    ],
    ["tested for what it is", [replace("/a", [1]), test("/a", [1])], [replace("/a", [1])]],
    [
      "an element replaced and removed",
      [replace("/list/5", 1), replace("/list/3", 1), remove("/list/3"), replace("/list/5", 2)],
      [replace("/list/5", 1), remove("/list/3"), replace("/list/5", 2)]
    ],
    [
      "across others",
      [replace("/a", 1), replace("/b", 1), replace("/a", 2), replace("/b", 2)],
      [replace("/a", 2), replace("/b", 2)]
    ]
  ])("[JI5] merges what was %s", (_, patch, composed) => {
    expect(composePatch(patch)).toStrictEqual(composed)
    expect(composePatch(...patch.map(operation => [operation]))).toStrictEqual(composed)
  })

  it.each<[string, JsonPatch]>([
    ["an add that may have replaced something", [add("/a", 1), remove("/a")]],
    ["two insertions", [add("/list/0", 1), add("/list/0", 2)]],
    ["a failing test", [replace("/a", 1), test("/a", 2)]],
    ["what is tested in between", [replace("/a", 1), test("", { a: 1 }), replace("/a", 2)]],
    [
      "what is copied in between",
      [replace("/a", 1), { op: "copy", from: "/a", path: "/b" }, replace("/a", 2)]
    ],
    [
      "an element removed and added with the next ones edited",
      [remove("/list/3"), replace("/list/5", 1), add("/list/3", 1)]
    ],
    ["what cannot be found again", [add("/list/-", 1), replace("/list/-", 2)]],
    [
      "what a failing test was about",
      [replace("/a", { b: [1] }), test("/a/b/0", 2), replace("/a", { b: [2] })]
    ],
    ["what is shifted in between", [replace("/list/1", 1), add("/list/0", 0), replace("/list/1", 2)]]
  ])("[JI5] keeps %s", (_, patch) => {
    expect(composePatch(patch)).toStrictEqual(patch)
  })

  it("[JI5] merges 30,000 edits of a text of a megabyte without writing it as often", () => {
    const splices = Array.from({ length: 30_000 }, (_, i) => ({
      op: "splice" as const,
      path: "/text",
      splices: [{ index: (i * 7919) % 900_000, remove: 1, insert: "--" }]
    }))
    const composed = composePatch([replace("/text", "x".repeat(1_000_000))], splices)
    expect(composed.map(({ op }) => op)).toStrictEqual(["replace"])
    expect(composed).toHaveProperty("0.value.length", 1_030_000)
  })

  it("[JI5] merges 100,000 edits of one array in linear time", () => {
    const edits = Array.from({ length: 100_000 }, (_, i) => add(`/list/${i}`, i))
    const [only, ...others] = composePatch([replace("/list", []), ...edits])
    expect(others).toStrictEqual([])
    expect(only).toMatchObject({ op: "replace", value: { length: 100_000 } })
  })
})
