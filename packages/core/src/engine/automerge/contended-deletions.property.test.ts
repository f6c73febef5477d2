import {
  type Change,
  type Doc,
  applyChanges,
  change,
  clone,
  from,
  getAllChanges,
  getChanges,
  getObjectId
} from "@automerge/automerge"
import { ByteWriter } from "@syncline/clock/bytes"
import fc from "fast-check"
import { expect, test } from "vitest"
import { map } from "../../document/shape.ts"
import { openDocument } from "../../testing/engine-case.ts"
import { SeededRandom } from "../../testing/seeded-random.ts"
import type { EngineDocument } from "../engine.ts"
import { automerge } from "./automerge-engine.ts"
import { deletes, placesOf } from "./change-places.ts"
import { toChunk } from "./genesis.ts"
import { inParts } from "./in-parts.ts"
import type { AutomergeNative } from "./native-handle.ts"

const engine = automerge()
await engine.ready?.()

interface Content {
  map: Record<string, unknown>
  list: unknown[]
  [key: string]: unknown
}

const actorOf = (number: number): string => `${number}a`.repeat(8).slice(0, 16)

/** Several who write and delete at two keys and two elements, and hear of each other now and then. Every change, in an order that can be applied. */
function randomChanges(random: SeededRandom): Change[] {
  const base = from<Content>({ map: {}, list: ["first", "second"] }, { actor: "ff".repeat(8) })
  const docs: Doc<Content>[] = [1, 2, 3, 4, 5].map(number => clone(base, { actor: actorOf(number) }))
  for (let step = 0; step < 25; step++) {
    const at = random.integer(docs.length)
    const other = docs[random.integer(docs.length)] as Doc<Content>
    const doc = docs[at] as Doc<Content>
    if (random.chance(0.2)) docs[at] = applyChanges(doc, getChanges(doc, other))[0]
    else docs[at] = change(doc, draft => edit(draft, random))
  }
  let all = clone(base, { actor: actorOf(9) })
  for (const doc of docs) all = applyChanges(all, getAllChanges(doc))[0]
  return getAllChanges(all)
}

function edit(draft: Content, random: SeededRandom): void {
  const key = random.pick(["a", "b"])
  const value = random.pick<unknown>([1, "text", { in: random.integer(9) }, [random.integer(9)]])
  const roll = random.next()
  if (roll < 0.4) draft.map[key] = value
  else if (roll < 0.65) delete draft.map[key]
  else if (roll < 0.85 && draft.list.length > 0) draft.list[random.integer(draft.list.length)] = value
  else if (draft.list.length > 0) draft.list.splice(random.integer(draft.list.length), 1)
  // Puts the counters of operations apart, which decide who wins.
  for (let i = random.integer(3); i > 0; i--) draft["pad"] = random.next()
}

/** The document opened anew. */
function fresh(document: EngineDocument): EngineDocument {
  return openDocument(engine, document.snapshot(), map())
}

test("[AM14] where several wrote and some deleted, the value is that of the document opened anew, in whatever shares changes come", () => {
  fc.assert(
    fc.property(fc.nat(), fc.boolean(), (seed, isShown) => {
      const random = new SeededRandom(seed)
      const changes = randomChanges(random)
      const document = openDocument(engine, undefined, map())
      const native = document.native as AutomergeNative
      // The library keeps objects of its own up to date once somebody looked at them.
      if (isShown) native.doc()
      while (changes.length > 0) {
        document.apply(changes.splice(0, 1 + random.integer(12)))
        const anew = fresh(document)
        const shown = (handle: AutomergeNative): unknown => (isShown ? handle.doc() : undefined)
        expect([document.value(), shown(native)]).toEqual([
          anew.value(),
          shown(anew.native as AutomergeNative)
        ])
        anew.destroy()
      }
      document.destroy()
    })
  )
})

test.each([1, { in: 1 }, "text", [1]])(
  "[AM14] of three values, the one that shows is deleted while a fourth comes: %j",
  value => {
    const base = from<Content>({ map: {}, list: [] }, { actor: "ff".repeat(8) })
    const [low, mid, more, top] = [1, 2, 3, 4].map(number => {
      let doc = clone(base, { actor: actorOf(number) })
      for (let i = 0; i < number; i++) doc = change(doc, draft => void (draft[`pad${number}`] = i))
      return change(doc, draft => void (draft.map["a"] = number === 3 ? value : number))
    }) as [Doc<Content>, Doc<Content>, Doc<Content>, Doc<Content>]
    const removed = change(clone(top), draft => void delete draft.map["a"])
    const document = openDocument(engine, undefined, map())
    for (const doc of [mid, more, top]) document.apply(getAllChanges(doc))
    expect(document.value()["map"]).toEqual({ a: 4 })
    document.apply([...getChanges(base, low), ...getChanges(top, removed)])
    expect(document.value()["map"]).toEqual({ a: value })
  }
)

test("[AM14] the same where they come as a snapshot", () => {
  fc.assert(
    fc.property(fc.nat(), seed => {
      const random = new SeededRandom(seed)
      const changes = randomChanges(random)
      const [document, whole] = [
        openDocument(engine, undefined, map()),
        openDocument(engine, undefined, map())
      ]
      whole.apply(changes)
      document.apply(changes.slice(0, 1 + random.integer(changes.length)))
      document.value()
      document.applySnapshot(whole.snapshot())
      expect(document.value()).toEqual(fresh(whole).value())
    })
  )
})

test("[AM26] changes are cut into parts only where one deletes what another wrote at the same place, and stay in order", () => {
  fc.assert(
    fc.property(fc.nat(), seed => {
      const changes = randomChanges(new SeededRandom(seed))
      const parts = inParts(changes)
      expect(parts.flat()).toEqual(changes)
      for (const [at, part] of parts.entries()) {
        expect(part.some((one, i) => part.some((other, j) => i !== j && clash(one, other)))).toBe(false)
        const next = parts[at + 1]?.[0]
        expect(next === undefined || part.some(one => clash(one, next))).toBe(true)
      }
    })
  )
})

function clash(a: Uint8Array, b: Uint8Array): boolean {
  const [one, other] = [placesOf(a), placesOf(b)]
  if (one.actor === other.actor) return false
  const meet = (x: ReadonlySet<string>, y: ReadonlySet<string>): boolean => [...x].some(place => y.has(place))
  return meet(one.emptied, other.filled) || meet(one.filled, other.emptied)
}

test("[AM26] what a change deletes and writes is read from its bytes", () => {
  const base = from<Content>({ map: { a: 1 }, list: ["x", "y"] }, { actor: "0b".repeat(8) })
  const changed = change(clone(base, { actor: "0a".repeat(8) }), draft => {
    delete draft.map["a"]
    draft.map["b"] = 2
    draft.list[1] = "z"
    draft.list.push("inserted")
    draft["text"] = "typed"
  })
  const [update] = getChanges(base, changed) as [Change]
  const { actor, emptied, filled } = placesOf(update)
  expect([actor, deletes(update)]).toEqual(["0a".repeat(8), true])
  expect([...emptied]).toEqual([`${objectOf(base, "map")}/a`])
  const written = [...filled].map(place => place.replace(/#\d+@/, "#element@"))
  const element = `${objectOf(base, "list")}#element@${"0b".repeat(8)}`
  expect(new Set(written)).toEqual(new Set([`${objectOf(base, "map")}/b`, "@/text", element]))
})

/** A change of these columns, by nobody known, that Automerge may or may not take. */
function changeOf(columns: readonly (readonly [spec: number, bytes: readonly number[]])[]): Uint8Array {
  const body = new ByteWriter()
  body.varUint(0)
  body.varBytes(new Uint8Array(8).fill(0x0e))
  // Number, first operation, time, message, others.
  for (const number of [1, 1, 0, 0, 0]) body.varUint(number)
  body.varUint(columns.length)
  for (const [spec, { length }] of columns) for (const number of [spec, length]) body.varUint(number)
  for (const [, bytes] of columns) body.bytes(Uint8Array.from(bytes))
  return toChunk(body.finish()).bytes
}

/** As many operations as one change may have. */
const million = [0x80, 0x80, 0xc0, 0x00]

test("[AM26] whether a change is taken does not depend on those it comes with", () => {
  const base = from<Content>({ map: { a: 1 }, list: [] }, { actor: "0b".repeat(8) })
  const deletion = getAllChanges(change(base, draft => void delete draft.map["a"]))
  // The key "x" is set to 5, which is an operation of kind 1: written in two bytes where one does.
  const longer = changeOf([
    [0x15, [0x7f, 1, 0x78]],
    [0x34, [1]],
    [0x42, [0x7f, 0x81, 0]],
    [0x56, [0x7f, 0x14]],
    [0x57, [5]],
    [0x70, [0x7f, 0]]
  ])
  const open = (): EngineDocument => openDocument(engine, undefined, map())
  expect(() => open().apply([longer])).toThrow("does not load")
  expect(() => open().apply([...deletion, longer])).toThrow("does not load")
})

test("[AM26] a few bytes that stand for millions of operations are left to Automerge to refuse", () => {
  const deletions = changeOf([
    [0x15, [...million, 1, 0x61]],
    [0x34, [0x80, 0x80, 0x40]],
    [0x42, [...million, 3]]
  ])
  const updates = Array.from({ length: 200 }, () => deletions)
  const began = performance.now()
  expect(() => openDocument(engine).apply(updates)).toThrow("do not load")
  expect(performance.now() - began).toBeLessThan(20_000)
  expect(inParts(updates)).toHaveLength(200)
})

test("[AM26] a long key of many operations is not kept once for each", () => {
  const key = Array.from({ length: 100_000 }, () => 0x61)
  const deletions = changeOf([
    [0x15, [...million, 0xa0, 0x8d, 0x06, ...key]],
    [0x34, [0x80, 0x80, 0x40]],
    [0x42, [...million, 3]]
  ])
  const { emptied, operations } = placesOf(deletions)
  expect([operations, [...emptied].map(({ length }) => length < 200)]).toEqual([2 ** 20, [true]])
})

function objectOf(doc: Doc<Content>, key: string): string {
  return getObjectId(doc, key) ?? ""
}
