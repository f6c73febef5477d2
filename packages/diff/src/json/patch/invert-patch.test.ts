import { describe, expect, it } from "vitest"
import type { JsonPatch } from "../json-patch.ts"
import { applyPatch } from "./apply-patch.ts"
import { invertPatch } from "./invert-patch.ts"

describe("invertPatch", () => {
  it.each<[string, unknown, JsonPatch, JsonPatch]>([
    ["a new member", {}, [{ op: "add", path: "/a", value: 1 }], [{ op: "remove", path: "/a" }]],
    [
      "an overwritten member",
      { a: 0 },
      [{ op: "add", path: "/a", value: 1 }],
      [{ op: "replace", path: "/a", value: 0 }]
    ],
    ["an appended element", [7], [{ op: "add", path: "/-", value: 1 }], [{ op: "remove", path: "/1" }]],
    ["a removal", [7], [{ op: "remove", path: "/0" }], [{ op: "add", path: "/0", value: 7 }]],
    ["a move", [1, 2, 3], [{ op: "move", from: "/0", path: "/-" }], [{ op: "move", from: "/2", path: "/0" }]],
    ["a copy", { a: 1 }, [{ op: "copy", from: "/a", path: "/b" }], [{ op: "remove", path: "/b" }]],
    ["a test", { a: 1 }, [{ op: "test", path: "/a", value: 1 }], []],
    ["a move to where it is", { a: 1 }, [{ op: "move", from: "/a", path: "/a" }], []],
    ["the root", 1, [{ op: "add", path: "", value: 2 }], [{ op: "replace", path: "", value: 1 }]],
    [
      "a move over its own container",
      { a: { b: 1, c: 2 } },
      [{ op: "move", from: "/a/b", path: "/a" }],
      [{ op: "replace", path: "/a", value: { c: 2, b: 1 } }]
    ],
    [
      "a move over a member of an element it shifts",
      [1, 2, { b: 3 }],
      [{ op: "move", from: "/0", path: "/1/b" }],
      [
        { op: "move", from: "/1/b", path: "/0" },
        { op: "add", path: "/2/b", value: 3 }
      ]
    ],
    [
      "edits of what moved over its container",
      { a: { b: {} } },
      [
        { op: "add", path: "/a/b/z", value: 0 },
        { op: "move", from: "/a/b", path: "/a" },
        { op: "add", path: "/a/x", value: 1 }
      ],
      [
        { op: "remove", path: "/a/x" },
        { op: "replace", path: "/a", value: { b: { z: 0 } } },
        { op: "remove", path: "/a/b/z" }
      ]
    ],
    [
      "a move out of the next element",
      [[1]],
      [{ op: "move", from: "/0/0", path: "/0" }],
      [
        { op: "copy", from: "/0", path: "/1/0" },
        { op: "remove", path: "/0" }
      ]
    ]
  ])("[JI1] undoes %s", (_, document, patch, inverse) => {
    expect(invertPatch(document, patch)).toStrictEqual(inverse)
    expect(applyPatch(applyPatch(document, patch), inverse)).toStrictEqual(document)
  })

  it("[JI2] a member put back comes last", () => {
    const document = { a: 1, b: 2 }
    const patch: JsonPatch = [{ op: "remove", path: "/a" }]
    const restored = applyPatch(applyPatch(document, patch), invertPatch(document, patch))
    expect(JSON.stringify(restored)).toBe('{"b":2,"a":1}')
  })

  it("[JI2] a patch that does not apply has no inverse", () => {
    const failing = () => invertPatch({}, [{ op: "remove", path: "/a" }])
    expect(failing).toThrow(
      expect.objectContaining({ code: "json-patch-path-missing", details: expect.anything() })
    )
  })
})
