import fc from "fast-check"
import { expect, test } from "vitest"
import * as Y from "yjs"
import type { EngineDocument } from "../engine.ts"
import { count, mustChange, openDocument, receive } from "../../testing/engine-case.ts"
import { nativeRoot } from "./native-root.ts"
import { yjs } from "./yjs-engine.ts"

/** A document whose counter is in use, and its map. */
function counted(): { readonly document: EngineDocument; readonly map: Y.Map<unknown> } {
  const document = openDocument(yjs())
  mustChange(document, count(["votes"], 2))
  return { document, map: nativeRoot(document.native).get("votes") as Y.Map<unknown> }
}

const odd = fc.oneof(
  fc.constantFrom<unknown>(
    "9",
    Number.NaN,
    Number.POSITIVE_INFINITY,
    0.5,
    2 ** 53,
    5n,
    null,
    undefined,
    true,
    -0
  ),
  fc.constantFrom<unknown>([1], { a: 1 }, new Uint8Array([1])),
  fc.constantFrom(1, -3, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER)
)
const keys = fc.constantFrom("x", "", "__proto__", "constructor", "1", "own")

test("[YJ22] whatever is put into the map of a counter, it shows the same safe integer everywhere", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(keys, odd, fc.boolean()), { minLength: 1, maxLength: 8 }), writes => {
      const { document, map } = counted()
      const other = openDocument(yjs())
      other.applySnapshot(document.snapshot())
      document.onNativeChange(change => receive(other, change))
      const own = String((document.native as Y.Doc).clientID)
      for (const [key, value, isNested] of writes)
        map.set(key === "own" ? own : key, isNested ? new Y.Map([["a", value]]) : value)
      const shown = document.value()["votes"]
      expect(Number.isSafeInteger(shown)).toBe(true)
      expect(other.value()["votes"]).toBe(shown)
      expect(openDocument(yjs(), other.snapshot()).value()["votes"]).toBe(shown)
      expect(document.kindAt(["votes"])).toBe("counter")
    })
  )
})

test("[YJ22] the sum does not depend on the order, also where parts of it are no safe integers", () => {
  const most = Number.MAX_SAFE_INTEGER
  for (const values of [
    [most, most, -most],
    [most, -most, most],
    [-most, most, most]
  ]) {
    const { document, map } = counted()
    for (const [at, value] of values.entries()) map.set(`k${at}`, value)
    expect(document.value()["votes"]).toBe(most)
    map.set("k3", -4)
    expect(document.value()["votes"]).toBe(most - 2)
  }
})

test("[YJ22] a change inside is told with the path of the counter", () => {
  const { document, map } = counted()
  const told: unknown[] = []
  document.onNativeChange(({ paths }) => told.push(paths))
  const inner = new Y.Map<unknown>()
  map.set("inner", inner)
  inner.set("a", 1)
  expect(told).toEqual([[["votes"]], [["votes"]]])
})

test("[YJ23] a map put in its place is a map, and one that is deleted stays deleted", () => {
  const { document } = counted()
  nativeRoot(document.native).set("votes", new Y.Map([["a", 1]]))
  expect([document.value()["votes"], document.kindAt(["votes"])]).toEqual([{ a: 1 }, "map"])
  const reopened = openDocument(yjs(), document.snapshot())
  expect(reopened.value()["votes"]).toEqual({ a: 1 })
  nativeRoot(reopened.native).delete("votes")
  expect(openDocument(yjs(), reopened.snapshot()).value()).not.toHaveProperty("votes")
})

test("[YJ24] a counter has one entry for each identity that counted, however often", () => {
  const { document, map } = counted()
  for (let i = 0; i < 50; i++) mustChange(document, count(["votes"], 1))
  expect(map.size).toBe(1)
  document.setIdentity(Uint8Array.of(255, 1, 2, 3))
  mustChange(document, count(["votes"], 1))
  expect([map.size, document.value()["votes"]]).toEqual([2, 53])
})

test("[YJ25] setting a key to what it holds is no change", () => {
  const { document } = counted()
  const set = { op: "set", path: ["a"], content: { kind: "register", value: 1 } } as const
  mustChange(document, set)
  expect(document.change([set])).toBeUndefined()
})
