import { describe, expect, expectTypeOf, it } from "vitest"
import { deepEqualJson } from "../deep-equal-json.ts"
import type { ExtendedJsonPatch, JsonPatch } from "../json-patch.ts"
import { applyPatch } from "../patch/apply-patch.ts"
import { diffJson, diffJsonWith } from "./diff-json.ts"
import { diffText } from "../../text/diff-text.ts"

interface Item {
  readonly id: number
  readonly name: string
  readonly tags: readonly string[]
}

const items = Array.from({ length: 200 }, (_, id) => item(id))

function item(id: number): Item {
  return { id, name: `item number ${id}`, tags: ["some", `tag ${id % 7}`] }
}

function parsed(text: string): unknown {
  return JSON.parse(text)
}

/** `levels` arrays and objects, one in the other, with `core` inside. */
function nested(levels: number, core: unknown): unknown {
  let value = core
  for (let i = 0; i < levels; i++) value = i % 2 === 0 ? [value] : { in: value }
  return value
}

/** An object that contains itself, twice. */
function endless(): object {
  const self: { inner?: unknown } = {}
  self.inner = [self, self]
  return self
}

/** In an order that has nothing to do with the one before, the same in every run. */
function shuffled<T>(list: readonly T[]): T[] {
  const place = (_: T, i: number): number => Math.imul(i + 1, 0x9e3779b1) >>> 0
  const places = new Map(list.map((element, i) => [element, place(element, i)]))
  return list.toSorted((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0))
}

function paths(patch: ExtendedJsonPatch): string[] {
  return patch.map(operation => `${operation.op} ${operation.path}`)
}

describe("diffJson of arrays", () => {
  const middle = [...items.slice(0, 100), item(-1), ...items.slice(100)]
  const cases = [
    ["an element inserted at the head", [item(-1), ...items], ["add /0"]],
    ["an element inserted in the middle", middle, ["add /100"]],
    ["the first element removed", items.slice(1), ["remove /0"]],
    ["the last element moved to the head", [...items.slice(-1), ...items.slice(0, -1)], ["move /0"]],
    ["neighbours swapped", [item(1), item(0), ...items.slice(2)], ["move /1"]],
    ["an element repeated", [...items, item(7)], ["copy /200"]],
    ["a field edited", items.with(50, { ...item(50), name: "x" }), ["replace /50/name"]],
    [
      "an element edited beside one removed",
      [{ ...item(1), name: "x" }, ...items.slice(2)],
      ["remove /0", "replace /0/name"]
    ]
  ] as const

  it.each(cases)("[JD7] %s", (_, after, expected) => {
    expect(paths(diffJson(items, structuredClone(after)))).toEqual(expected)
  })

  it("[JD7] 20 elements moved anywhere take at most 20 operations", () => {
    const after = [...items.slice(20), ...items.slice(0, 20).reverse()]
    const patch = diffJson(items, structuredClone(after))
    expect(patch.length).toBeLessThanOrEqual(20)
    expect(applyPatch(items, patch)).toEqual(after)
  })

  it("[JD7] copies of what just came or moved count from where that is now", () => {
    const came = [...items, item(-1), item(-2), item(-2), item(-1)]
    expect(applyPatch(items, diffJson(items, structuredClone(came)))).toEqual(came)
    expect(paths(diffJson(items, came))).toEqual(["add /200", "add /201", "copy /202", "copy /203"])
    const moved = [...items.slice(2), item(0), item(1), item(1), item(0)]
    expect(applyPatch(items, diffJson(items, structuredClone(moved)))).toEqual(moved)
    expect(diffJson(items, moved)).toHaveLength(4)
  })

  it("[JD8] without moves, nothing but add, remove and replace", () => {
    const kinds = new Set(
      diffJson(items, structuredClone(items.toReversed()), { moves: false }).map(({ op }) => op)
    )
    expect([...kinds].filter(op => op === "move" || op === "copy")).toEqual([])
  })

  it("[JD9] with a key, an element that moved and changed is moved and edited", () => {
    const after = [...items.slice(1), { ...item(0), name: "x" }]
    expect(paths(diffJson(items, after, { key: "id" }))).toEqual(["move /199", "replace /199/name"])
  })

  it("[JD9] with a key, no element is edited into another one", () => {
    const after = [{ ...item(0), id: 999 }, ...items.slice(1)]
    expect(paths(diffJson(items, after, { key: "id" }))).toEqual(["remove /0", "add /0"])
    expect(paths(diffJson(items, after))).toEqual(["replace /0/id"])
  })

  it("[JD9] a key function is told the array", () => {
    const asked = new Set<string>()
    const key = (_: unknown, path: string) => {
      asked.add(path)
      return undefined
    }
    diffJson({ "a/b": [1], c: [[2]] }, { "a/b": [2], c: [[3]] }, { key })
    expect([...asked].sort()).toEqual(["/a~1b", "/c", "/c/0"])
  })

  it("[JD10] an array of which little stays is replaced", () => {
    expect(diffJson([1, 2, 3, 4], [5, 6, 7])).toEqual([{ op: "replace", path: "", value: [5, 6, 7] }])
  })
})

describe("diffJson of texts in arrays", () => {
  const letters = items.map(({ id }) => "abcd"[((id * id * 7) % 13) % 4] ?? "a")

  it("[JD10] a list of few different texts is never taken for a shuffled one", () => {
    expect(paths(diffJson(letters, ["e", ...letters, "e"]))).toEqual(["add /0", "add /201"])
  })

  it("[JD10] a shuffled list of texts is replaced", () => {
    const texts = items.map(({ id }) => `text ${id}`)
    expect(paths(diffJson(texts, shuffled(texts)))).toEqual(["replace "])
  })
})

describe("diffJson of objects", () => {
  const large = items.slice(0, 3)

  it("[JD11] a large member under another name is moved", () => {
    expect(diffJson({ a: large, x: 1 }, { b: structuredClone(large), x: 1 })).toEqual([
      { op: "move", from: "/a", path: "/b" }
    ])
  })

  it("[JD11] a large member that is there already is copied", () => {
    expect(
      diffJson({ a: large }, { a: large, b: structuredClone(large), c: structuredClone(large) })
    ).toEqual([
      { op: "copy", from: "/a", path: "/b" },
      { op: "copy", from: "/a", path: "/c" }
    ])
  })

  it("[JD12] what lies under constructor or prototype is replaced as a whole", () => {
    const before = { keep: large, constructor: { prototype: { x: 1, y: large } } }
    const after = { keep: large, constructor: { prototype: { x: 2, y: large } } }
    expect(paths(diffJson(before, after))).toEqual(["replace /constructor"])
  })

  it("[JD5] an object of which most members changed is replaced", () => {
    const after = { a: 9, b: 9, c: 9, d: 9, e: 5 }
    expect(diffJson({ a: 1, b: 2, c: 3, d: 4, e: 5 }, after)).toEqual([
      { op: "replace", path: "", value: after }
    ])
  })

  it("[JD23] unless whole: false asks for every change where it is", () => {
    const before = { a: 1, b: { c: [1, 2, 3] } }
    const after = { a: 9, b: { c: [4, 5, 6] } }
    expect(paths(diffJson(before, after))).toEqual(["replace "])
    expect(paths(diffJson(before, after, { whole: false }))).toEqual([
      "replace /a",
      "replace /b/c/0",
      "replace /b/c/1",
      "replace /b/c/2"
    ])
  })

  it("[JD12] nothing is moved or copied from there or to there", () => {
    const given = (members: object) => ({ keep: items, ...structuredClone(members) })
    const between = (before: object, after: object) => paths(diffJson(given(before), given(after)))
    expect(between({ constructor: large }, { b: large })).toEqual(["remove /constructor", "add /b"])
    expect(between({ b: large }, { prototype: large })).toEqual(["remove /b", "add /prototype"])
    expect(between({ constructor: large }, { constructor: large, b: large })).toEqual(["add /b"])
  })

  it("[JD13] an own __proto__ is never taken for an inherited one", () => {
    expect(() => diffJson([parsed('{"__proto__": {}}')], [{ x: 1 }])).toThrow(
      expect.objectContaining({ code: "json-diff-key-unsafe", details: { path: "/0/__proto__" } })
    )
  })

  it("[JD13] a changed __proto__ is refused, an equal one left alone", () => {
    const own = parsed('{"__proto__": {"a": 1}, "b": 1}')
    expect(diffJson(own, parsed('{"__proto__": {"a": 1}, "b": 2}'))).toHaveLength(1)
    for (const other of ['{"b": 1}', '{"__proto__": {"a": 2}, "b": 1}', '[{"__proto__": 1}]']) {
      expect(() => diffJson(own, parsed(other))).toThrow(
        expect.objectContaining({ code: "json-diff-key-unsafe" })
      )
    }
    expect(() => diffJson({}, own)).toThrow(expect.objectContaining({ code: "json-diff-key-unsafe" }))
  })

  it("[JD14] names are escaped in paths", () => {
    expect(paths(diffJson({ "a/b": { "~": 1, "": large } }, { "a/b": { "~": 2, "": large } }))).toEqual([
      "replace /a~1b/~0"
    ])
  })
})

describe("diffJson of roots and scalars", () => {
  it.each([
    [[1], { 0: 1 }],
    ["a", "b"],
    [null, {}],
    [[], {}],
    [1, "1"],
    [{ length: 0 }, []]
  ])("[JD15] %j becomes %j by one replacement", (before, after) => {
    expect(diffJson(before, after)).toEqual([{ op: "replace", path: "", value: after }])
  })

  it("[JD16] 0 and -0 are equal", () => {
    expect(diffJson({ a: 0, list: [-0, 1] }, { a: -0, list: [0, 1] })).toEqual([])
  })

  it("[JD16] lone surrogates are carried as they are", () => {
    const after = { "\ud800": "\udc00", x: items[0] }
    expect(applyPatch({ x: items[0] }, diffJson({ x: items[0] }, after))).toEqual(after)
  })

  it("[JD17] texts are spliced only when asked for", () => {
    const [before, after] = [
      { text: "a long text with a typo in it" },
      { text: "a long text without a typo in it" }
    ]
    expect(paths(diffJson(before, after))).toEqual(["replace /text"])
    expect(
      diffJson({ text: `${before.text} `.repeat(9) }, { text: `${after.text} `.repeat(9) }, {})
    ).toHaveLength(1)
    const long = (text: string) => ({ text: text + " and so on".repeat(20) })
    expect(diffJson(long(before.text), long(after.text), { text: diffText })).toEqual([
      { op: "splice", path: "/text", splices: [{ index: 16, remove: 0, insert: "out" }] }
    ])
  })

  it("[JD17] the type says whether there may be splices", () => {
    expectTypeOf(diffJson(1, 2)).toEqualTypeOf<JsonPatch>()
    expectTypeOf(diffJson(1, 2, { moves: false })).toEqualTypeOf<JsonPatch>()
    expectTypeOf(diffJson(1, 2, { text: diffText })).toEqualTypeOf<ExtendedJsonPatch>()
  })

  it("[JD18] values of the patch are those of the new value", () => {
    const added = { of: { after: true } }
    expect(diffJson([items], [items, added])).toEqual([{ op: "add", path: "/1", value: added }])
    expect(diffJson([items], [items, added])[0]).toHaveProperty("value", added)
  })
})

describe("diffJson of what is no JSON", () => {
  const invalid: readonly (readonly [string, () => unknown, string])[] = [
    ["undefined", () => undefined, "/k"],
    ["NaN", () => Number.NaN, "/k"],
    ["Infinity", () => Number.POSITIVE_INFINITY, "/k"],
    ["a bigint", () => 1n, "/k"],
    ["a symbol", () => Symbol.iterator, "/k"],
    ["a function", () => () => 1, "/k"],
    ["a Date", () => new Date(0), "/k"],
    ["a Map", () => new Map(), "/k"],
    ["bytes", () => Uint8Array.of(1), "/k"],
    ["a hole", () => Object.assign([1, 2], { length: 3 }), "/k/2"],
    ["undefined deep inside", () => [{ "a/b": undefined }], "/k/0/a~1b"],
    ["an instance", () => new URL("data:,"), "/k"],
    ["an object of no class", () => Object.setPrototypeOf({}, nested(2, null) as object) as unknown, "/k"],
    ["a boxed number", () => Object(1) as unknown, "/k"]
  ]

  it.each(invalid)("[JD19] %s is refused where it comes and where it goes", (_, value, path) => {
    const refused = expect.objectContaining({ code: "json-diff-value-invalid", details: { path } })
    expect(() => diffJson({ k: items }, { k: value() })).toThrow(refused)
    expect(() => diffJson({ k: value() }, { k: items })).toThrow(refused)
    expect(() => diffJson({}, { k: value() })).toThrow(refused)
    expect(() => diffJson({ k: value() }, {})).toThrow(refused)
    expect(() => diffJson({ k: value() }, { k: value() })).toThrow(refused)
  })

  it.each(invalid)("[JD19] %s is refused in arrays, and where nothing else differs", (_, value) => {
    const refused = expect.objectContaining({ code: "json-diff-value-invalid" })
    expect(() => diffJson([1, value(), 2], [1, value(), 2])).toThrow(refused)
    expect(() => diffJson([value(), ...items], [...items, value()])).toThrow(refused)
    expect(() => diffJson([...items, value()], items)).toThrow(refused)
  })

  it("[JD19] toJSON is not called", () => {
    const withMethod = { a: 1, toJSON: () => ({ a: 2 }) }
    expect(() => diffJson({ a: 1 }, withMethod)).toThrow(
      expect.objectContaining({ code: "json-diff-value-invalid", details: { path: "/toJSON" } })
    )
  })

  it("[JD20] what is the same object on both sides is not looked at", () => {
    const shared = { date: new Date(0) }
    expect(diffJson({ shared, a: 1 }, { shared, a: 2 })).toHaveLength(1)
  })
})

describe("diffJson of deep values", () => {
  it("[JD21] depth costs no stack", () => {
    const [before, after] = [nested(9_000, 1), nested(9_000, 2)]
    expect(deepEqualJson(applyPatch(before, diffJson(before, after)), after)).toBe(true)
    expect(diffJson(before, nested(9_000, 1))).toEqual([])
  })

  it("[JD21] too deep a value, or one containing itself, is refused", () => {
    const refused = expect.objectContaining({ code: "json-too-deep" })
    for (const value of [() => nested(100_000, 1), endless]) {
      expect(() => diffJson({ value: 1 }, { value: value() })).toThrow(refused)
      expect(() => diffJson({ value: value() }, { value: 1 })).toThrow(refused)
      expect(() => diffJson(value(), value())).toThrow(refused)
      expect(() => diffJson([value(), 1], [value(), 2])).toThrow(refused)
    }
  })
})

describe("diffJson of the worst", () => {
  const records = Array.from({ length: 20_000 }, (_, id) => item(id))
  const ids = records.map(({ id }) => id)
  const worst = [
    ["records shuffled", records, shuffled(records)],
    ["records of which none is the same", records, records.map((_, id) => item(-1 - id))],
    ["records, each edited", records, records.map(record => ({ ...record, name: "x" }))],
    ["bits", ids.map(id => ((id * id) % 7) & 1), ids.map(id => ((id * id) % 11) & 1)]
  ] as const

  it.each(worst)("[JD22] 20,000 %s: with any budget, and right", (_, before, after) => {
    const copy = structuredClone(after)
    for (const maxWork of [0, 1000, 1_000_000]) {
      const patch = diffJson(before, copy, { maxWork })
      expect(deepEqualJson(applyPatch(before, patch), after)).toBe(true)
    }
  })

  it("[JD22] hashes that all collide: within the budget, and right", () => {
    const after = structuredClone(shuffled(records))
    const patch = diffJsonWith({ quick: () => 0, full: () => 0 }, records, after, {})
    expect(deepEqualJson(applyPatch(records, patch), after)).toBe(true)
  })
})
