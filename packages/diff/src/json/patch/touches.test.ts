import { describe, expect, it } from "vitest"
import type { JsonPatch } from "../json-patch.ts"
import { overlaps } from "./overlaps.ts"
import type { PatchTouch } from "./patch-touch.ts"
import { touches } from "./touches.ts"

const document = { list: [{ n: 0 }, { n: 1 }, { n: 2 }, { n: 3 }], other: {} }

/** Touches in a line: access, path, and for insertions between which elements. */
function shown(touched: readonly PatchTouch[]): string[] {
  return touched.map(touch =>
    touch.access === "insert"
      ? `insert ${touch.path} ${touch.after}-${touch.before}`
      : `${touch.access} ${touch.path}`
  )
}

const cases: [string, JsonPatch, string[], string[]][] = [
  ["a test", [{ op: "test", path: "/list/0", value: { n: 0 } }], ["read /list/0"], ["read /list/0"]],
  ["a new member", [{ op: "add", path: "/other/x", value: 1 }], ["write /other/x"], ["write /other/x"]],
  ["an insertion", [{ op: "add", path: "/list/1", value: 1 }], ["insert /list 1-1"], ["write /list"]],
  ["an append", [{ op: "add", path: "/list/-", value: 1 }], ["insert /list 4-4"], ["write /list/-"]],
  [
    "what an insertion shifted",
    [
      { op: "add", path: "/list/0", value: 1 },
      { op: "replace", path: "/list/2/n", value: 1 },
      { op: "remove", path: "/list/4" }
    ],
    ["insert /list 0-0", "write /list/1/n", "write /list/3"],
    ["write /list", "write /list"]
  ],
  [
    "an insertion where something was removed",
    [
      { op: "remove", path: "/list/1" },
      { op: "add", path: "/list/1", value: 1 }
    ],
    ["write /list/1", "insert /list 1-2"],
    ["write /list", "write /list"]
  ],
  [
    "its own content not at all",
    [
      { op: "add", path: "/other/x", value: {} },
      { op: "add", path: "/other/x/y", value: 1 },
      { op: "test", path: "/other/x/y", value: 1 }
    ],
    ["write /other/x"],
    ["write /other/x"]
  ],
  [
    "what a move took along where it came from",
    [
      { op: "move", from: "/list/2", path: "/other/x" },
      { op: "replace", path: "/other/x/n", value: 9 }
    ],
    ["write /list/2", "write /other/x", "write /list/2/n"],
    ["write /list", "write /other/x"]
  ],
  [
    "a copy at both ends",
    [{ op: "copy", from: "/list/2", path: "/list/0" }],
    ["read /list/2", "insert /list 0-0"],
    ["read /list/2", "write /list"]
  ]
]

describe("touches", () => {
  it.each(cases)("[JI6] shows %s", (_, patch, expected) => {
    expect(shown(touches(patch, { document }))).toStrictEqual(expected)
  })

  it.each(cases)("[JI6] shows %s without a document", (_, patch, __, expected) => {
    expect(shown(touches(patch))).toStrictEqual(expected)
  })

  it("[JI6] names the operations, and gives up beyond its limit", () => {
    const patch = Array.from({ length: 100 }, () => ({ op: "add", path: "/list/0", value: 1 }) as const)
    expect(touches(patch, { document }).map(({ operation }) => operation)).toStrictEqual([...patch.keys()])
    const limited = () => touches(patch, { document, limits: { maxPairs: 4949 } })
    expect(limited).toThrow(expect.objectContaining({ code: "json-patch-limit" }))
  })

  it("[JI6] counts pairs of long paths for more than one", () => {
    const patch = Array.from(
      { length: 2 },
      (_, i) => ({ op: "add", path: "/x".repeat(640) + i, value: [] }) as const
    )
    const limited = () => touches(patch, { limits: { maxPairs: 10 } })
    expect(limited).toThrow(expect.objectContaining({ code: "json-patch-limit" }))
    expect(touches(patch, { limits: { maxPairs: 11 } })).toHaveLength(2)
  })

  it("[JI7] insertions around what is removed in between overlap", () => {
    const two = { document: [0, 1] }
    const remove = (path: string) => ({ op: "remove", path }) as const
    const add = (path: string) => ({ op: "add", path, value: "new" }) as const
    const [late, early] = [touches([remove("/0"), add("/1")], two), touches([remove("/1"), add("/0")], two)]
    expect(overlaps(late, early)).toBe(true)
    expect(overlaps(touches([add("/2")], two), touches([add("/0")], two))).toBe(false)
    expect(overlaps(late, touches([add("/0")], two))).toBe(false)
  })

  it("[JI7] 100,000 insertions into one array are compared with as many", () => {
    const at = (place: number): PatchTouch[] =>
      Array.from({ length: 100_000 }, (_, i) => {
        const index = 4 * i + place
        return { access: "insert", path: "/list", after: index, before: index + 1, operation: i }
      })
    expect(overlaps(at(0), at(2))).toBe(false)
    expect(overlaps(at(0), [...at(2), ...at(1).slice(-1)])).toBe(true)
  })

  it("[JI6] 100,000 replacements are linear", () => {
    const patch = Array.from(
      { length: 100_000 },
      (_, i) => ({ op: "replace", path: `/${i}/n`, value: i }) as const
    )
    expect(touches(patch)).toHaveLength(100_000)
  })
})
