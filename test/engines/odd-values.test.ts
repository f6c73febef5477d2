import { collection, type Collection, counter, type Engine, list, register, text } from "@syncline/core"
import type { AutomergeNative } from "@syncline/core/automerge"
import { automerge } from "@syncline/core/automerge"
import { nativeRoot, yjs } from "@syncline/core/yjs"
import { Counter, Int } from "@automerge/automerge"
import { describe, expect, test } from "vitest"
import { both, openTwoOf } from "./engine-place.ts"

type Loose = Record<string, unknown> & { tags: unknown[]; body: string }

function anyIn(engine: Engine): Collection<Loose> {
  const fields = { tags: list(), body: text(), state: register(), votes: counter() }
  return collection<Loose>("any", { fields, engine })
}

class Point {
  readonly x = 1
}

const cyclic: Record<string, unknown> = {}
cyclic["self"] = cyclic

/** What no document can hold, with what the refusal says to do. */
const refused: readonly (readonly [string, unknown, string])[] = [
  ["a Date", new Date(0), "date.toISOString() or date.getTime()"],
  ["bytes", new Uint8Array([1, 2]), "encode it as Base64"],
  ["a buffer", new ArrayBuffer(2), "encode it as Base64"],
  ["a bigint", 1n, "use a string, or a number up to 2^53"],
  ["NaN", Number.NaN, "use null or a string"],
  ["an infinity", Number.NEGATIVE_INFINITY, "use null or a string"],
  ["undefined", undefined, "delete the key, or use null"],
  ["a function", () => 1, "a document holds data only"],
  ["a symbol", Symbol("s"), "a document holds data only"],
  ["a class instance", new Point(), "copy its data into a plain object"],
  ["a boxed number", Object(1), "copy its data into a plain object"],
  ["a RegExp", /x/, "copy its data into a plain object"],
  ["a Map", new Map(), "use Object.fromEntries(map)"],
  ["a Set", new Set(), "use [...set]"],
  ["a promise", Promise.resolve(), "await it before the change"],
  ["an object with a symbol key", { [Symbol("s")]: 1 }, "keys are strings"],
  ["a list with holes", Array.from({ length: 1 }).concat(Array(1)), "delete the key, or use null"],
  ["an object that contains itself", cyclic, "refer to it by an id"],
  ["half a surrogate pair", "a\ud83d", "cut text between characters, or call toWellFormed()"]
]

/** Where it is put, and the path that the refusal names. */
const places: readonly (readonly [string, (draft: Loose, value: unknown) => unknown, string])[] = [
  ["a key", (draft, value) => (draft["x"] = value), '["x"'],
  ["a list", (draft, value) => draft.tags.push(0, value), '["tags",1'],
  ["a nested object", (draft, value) => (draft["x"] = { a: [{ b: value }] }), '["x","a",0,"b"'],
  ["a register", (draft, value) => (draft["state"] = value), '["state"'],
  ["a counter", (draft, value) => (draft["votes"] = value), '["votes"']
]

describe.each(both)("%s", (_, engine) => {
  test.each(refused)(
    "[EG15] %s is refused wherever it is put, with path and remedy",
    async (__, value, remedy) => {
      const [document] = (await openTwoOf(anyIn(engine()))).documents
      for (const [place, put, path] of places)
        expect(() => document.change(draft => void put(draft, value)), place).toThrow(
          expect.objectContaining({
            code: "value-unsupported",
            message: expect.stringMatching(new RegExp(`${escaped(path)}.*${escaped(remedy)}`))
          })
        )
      expect(document.exists).toBe(false)
    }
  )

  test("[EG15] texts take no half of a surrogate pair, by draft, text() or splice", async () => {
    const [document] = (await openTwoOf(anyIn(engine()))).documents
    document.text("body").insert(0, "\u{1f600}")
    const edits: readonly (() => unknown)[] = [
      () => document.change(draft => void (draft.body = "\ud83d")),
      () => document.change(draft => void (draft["x"] = text("\udc00"))),
      () => document.change(draft => void (draft["\ud83d"] = 1)),
      () => document.text("body").insert(0, "\ud83d"),
      () => document.text("body").insert(1, "x")
    ]
    for (const edit of edits) expect(edit).toThrow(expect.objectContaining({ code: "value-unsupported" }))
    expect(document.value.body).toBe("\u{1f600}")
  })

  test("[EG16] everything JSON has comes back as it was, here and elsewhere; -0 is 0", async () => {
    const { documents, sync } = await openTwoOf(anyIn(engine()))
    const values = [
      null,
      true,
      0,
      0.1,
      -1e-7,
      5e-324,
      1e308,
      2 ** 53,
      -(2 ** 63),
      2 ** 64,
      "",
      "\0",
      "\u{1f600}"
    ]
    documents[0].change(draft => {
      draft["values"] = [...values, { "": {}, __proto__x: [[]] }]
      draft["zero"] = -0
    })
    await sync()
    for (const { value } of documents) {
      expect(value["values"]).toEqual([...values, { "": {}, __proto__x: [[]] }])
      expect(value["zero"]).toBe(0)
    }
  })
})

/** What native sets, and what shows; here, and where it was sent. */
const shownInYjs: readonly (readonly [string, unknown, unknown])[] = [
  ["bytes", new Uint8Array([1, 2]), "AQI="],
  ["a bigint", 2n ** 60n, "1152921504606846976"],
  ["undefined", undefined, null],
  ["NaN", Number.NaN, null],
  ["an infinity", Number.POSITIVE_INFINITY, null],
  ["-0", -0, 0],
  // All that Yjs sends of it.
  ["a Date", new Date(0), {}],
  ["an object", { a: [1n, undefined], b: new Uint8Array([255]) }, { a: ["1", null], b: "/w==" }],
  ["half a surrogate pair", "a\ud83d", "a\ufffd"]
]

test.each(shownInYjs)("[EG17] yjs: %s put in natively", async (_, value, shown) => {
  const { documents, sync } = await openTwoOf(anyIn(yjs()))
  nativeRoot(documents[0].native).set("x", value)
  await sync()
  expect(documents.map(document => document.value["x"])).toEqual([shown, shown])
})

test("[EG17] automerge: undefined is refused by Automerge itself, and nothing gets in", async () => {
  const [document] = (await openTwoOf(anyIn(automerge()))).documents
  const set = (): unknown => (document.native as AutomergeNative).change(root => void (root["x"] = undefined))
  expect(set).toThrow(/undefined/)
  expect("x" in document.value).toBe(false)
})

const shownInAutomerge: readonly (readonly [string, unknown, unknown])[] = [
  ["a Date", new Date(0), "1970-01-01T00:00:00.000Z"],
  ["bytes", new Uint8Array([1, 2]), "AQI="],
  ["a counter", new Counter(3), 3],
  ["an integer", new Int(7), 7],
  ["an integer beyond 2^53", 2n ** 60n, "1152921504606846976"],
  ["NaN", Number.NaN, null],
  ["an infinity", Number.POSITIVE_INFINITY, null],
  ["-0", -0, 0],
  ["half a surrogate pair", "a\ud83d", "a\ufffd"]
]

test.each(shownInAutomerge)("[EG17] automerge: %s put in natively", async (_, value, shown) => {
  const { documents, sync } = await openTwoOf(anyIn(automerge()))
  ;(documents[0].native as AutomergeNative).change(root => void (root["x"] = value))
  await sync()
  expect(documents.map(document => document.value["x"])).toEqual([shown, shown])
})

function escaped(part: string): string {
  return part.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
}
