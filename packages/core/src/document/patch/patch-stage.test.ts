import type { JsonPatch } from "@syncline/diff/json"
import { expect, test } from "vitest"
import { recordStages } from "../draft/record-draft.ts"
import { jsonKinds } from "../json-kinds.ts"
import type { Operation } from "../operation.ts"
import { patchStage } from "./patch-stage.ts"

const value = { body: "one two three", tags: ["a", "b"], far: { deep: { n: 1, s: 2 } } }

/** Every string of the value is a text. */
function recorded(...patch: JsonPatch): readonly Operation[] {
  return recordStages(value, jsonKinds(value), [patchStage(patch)]).flat()
}

test("[PA7] each operation becomes the smallest edit that does it", () => {
  expect(recorded({ op: "replace", path: "/body", value: "one 2 three" })).toEqual([
    { op: "splice", path: ["body"], index: 4, remove: 3, insert: "2" }
  ])
  expect(recorded({ op: "add", path: "/tags/1", value: 7 })).toEqual([
    { op: "insert", path: ["tags"], index: 1, items: [{ kind: "register", value: 7 }] }
  ])
  expect(recorded({ op: "replace", path: "/far/deep", value: { n: 3, s: 2 } })).toEqual([
    { op: "set", path: ["far", "deep", "n"], content: { kind: "register", value: 3 } }
  ])
  expect(recorded({ op: "remove", path: "/tags/0" })).toEqual([
    { op: "delete", path: ["tags"], index: 0, count: 1 }
  ])
})

test("[PA7] what is there already is not written again", () => {
  expect(
    recorded(
      { op: "replace", path: "/body", value: "one two three" },
      { op: "replace", path: "", value },
      { op: "move", from: "/far", path: "/far" },
      { op: "test", path: "/tags", value: ["a", "b"] }
    )
  ).toEqual([])
})

test("[PA3] what is moved or copied keeps its kinds", () => {
  expect(recorded({ op: "move", from: "/tags", path: "/far/tags" })).toEqual([
    { op: "remove", path: ["tags"] },
    {
      op: "set",
      path: ["far", "tags"],
      content: {
        kind: "list",
        items: [
          { kind: "text", text: "a" },
          { kind: "text", text: "b" }
        ]
      }
    }
  ])
})

test("[PA1] indices of a move's target count after the removal", () => {
  const list = { tags: ["x", { n: 1 }] }
  const into = { tags: ["x", "y", { n: 1 }] }
  const moved = recordStages(into, jsonKinds(into), [
    patchStage([{ op: "move", from: "/tags/0", path: "/tags/1/first" }])
  ])
  expect(moved.flat().map(({ op, path }) => [op, path])).toEqual([
    ["delete", ["tags"]],
    ["set", ["tags", 1, "first"]]
  ])
  const itself: JsonPatch = [{ op: "move", from: "/tags/1", path: "/tags/1/first" }]
  expect(() => recordStages(list, jsonKinds(list), [patchStage(itself)])).toThrow("into itself")
})

test("[DR7] edits recorded one after the other continue no insertion of each other", () => {
  const add: JsonPatch = [{ op: "add", path: "/tags/-", value: 1 }]
  const stages = recordStages(value, jsonKinds(value), [patchStage(add), patchStage(add)])
  expect(stages.map(operations => operations.length)).toEqual([1, 1])
})
