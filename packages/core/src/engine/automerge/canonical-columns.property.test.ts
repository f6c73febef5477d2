import {
  applyChanges,
  type Change,
  change,
  Counter,
  decodeChange,
  type Doc,
  getAllChanges,
  getChanges,
  init,
  load,
  mark,
  save,
  splice
} from "@automerge/automerge"
import { ByteWriter } from "@syncline/clock/bytes"
import fc from "fast-check"
import { expect, test } from "vitest"
import { map } from "../../document/shape.ts"
import { codeThrownBy, mustChange, openDocument, setTo } from "../../testing/engine-case.ts"
import { SeededRandom } from "../../testing/seeded-random.ts"
import { automerge } from "./automerge-engine.ts"
import { mustBeCanonical } from "./canonical-columns.ts"
import { takeApart } from "./change-header.ts"
import { toChunk } from "./genesis.ts"

const engine = automerge()
await engine.ready?.()

interface Content {
  map: Record<string, unknown>
  list: unknown[]
  text: string
  [key: string]: unknown
}

const actorOf = (number: number): string => `${number}a`.repeat(8)

/** Changes of three who write maps, lists, texts and marks, a few operations or some hundred each. */
function realChanges(random: SeededRandom): Change[] {
  const first = change(init<Content>({ actor: actorOf(8) }), draft => {
    Object.assign(draft, { map: {}, list: [], text: "begins" })
  })
  const docs = [1, 2, 3].map(
    number => applyChanges(init<Content>({ actor: actorOf(number) }), getAllChanges(first))[0]
  )
  for (let step = 0; step < 12; step++) {
    const at = random.integer(docs.length)
    const [doc, other] = [docs[at] as Doc<Content>, random.pick(docs)]
    if (random.chance(0.3)) docs[at] = applyChanges(doc, getChanges(doc, other))[0]
    else
      docs[at] = change(doc, draft => {
        for (let left = 1 + random.integer(4); left > 0; left--) edit(draft, random)
      })
  }
  return docs.flatMap(doc => getAllChanges(doc)).filter(bytes => bytes[8] === 1)
}

function edit(draft: Content, random: SeededRandom): void {
  const size = random.pick([1, 3, 90])
  const scalars = [
    1,
    -70_000,
    2 ** 40,
    1.5,
    true,
    null,
    "s",
    new Date(5),
    new Uint8Array(size),
    new Counter(-9)
  ]
  const [key, at] = [`key ${random.integer(3)}`, random.integer(draft.list.length + 1)]
  const roll = random.next()
  if (roll < 0.2) draft.map[key] = random.pick<unknown>([...scalars, { inside: [1, { more: 2 }] }])
  else if (roll < 0.3) delete draft.map[key]
  else if (roll < 0.5) draft.list.splice(at, 0, ...Array.from({ length: size }, () => random.integer(3)))
  else if (roll < 0.6) draft.list.splice(at, Math.min(size, draft.list.length - at))
  else if (roll < 0.8) splice(draft, ["text"], random.integer(3), random.integer(3), "añ😀".repeat(size))
  else if (draft.text.length > 4)
    mark(draft, ["text"], { start: 0, end: 3, expand: random.pick(["both", "none"]) }, "bold", true)
}

/** The change with one thing in its columns written otherwise, whatever that makes of it. */
function otherwise(update: Uint8Array, random: SeededRandom): Uint8Array {
  const { columns, data } = takeApart(update)
  let start = 0
  const cells = columns.map(({ spec, length }) => ({
    spec,
    bytes: [...data.subarray(start, (start += length))]
  }))
  const { bytes } = random.pick(cells)
  const at = random.integer(bytes.length)
  const byte = bytes[at] ?? 0
  const roll = random.next()
  if (roll < 0.4) bytes.splice(at, 1, byte | 0x80, byte & 0x40 ? 0x7f : 0)
  else if (roll < 0.6) bytes.splice(at, 1, byte | 0x80, 0)
  else if (roll < 0.7 && byte > 2 && byte < 0x40) bytes.splice(at, 1, byte - 1, bytes[at + 1] ?? 0, 1)
  else if (roll < 0.8) bytes.splice(at, 1, byte === 0x7f ? 1 : 0x7f)
  else if (roll < 0.9) bytes.push(0)
  else cells.push({ spec: 0xa5, bytes: [0, ...countOf(update)] })
  return withColumns(update, cells)
}

function countOf(update: Uint8Array): readonly number[] {
  return [...varUint(decodeChange(update).ops.length)]
}

function varUint(value: number): Uint8Array {
  const writer = new ByteWriter()
  writer.varUint(value)
  return writer.finish()
}

function withColumns(
  update: Uint8Array,
  cells: readonly { readonly spec: number; readonly bytes: readonly number[] }[]
): Uint8Array {
  const { columns, data } = takeApart(update)
  const announced = [columns.length, ...columns.flatMap(({ spec, length }) => [spec, length])]
  const tail = data.length + announced.reduce((sum, number) => sum + varUint(number).length, 0)
  const head = 9 + varUint(update.length).length
  const body = new ByteWriter()
  body.bytes(update.subarray(lengthOfHead(update, head), update.length - tail))
  body.varUint(cells.length)
  for (const { spec, bytes } of cells) {
    body.varUint(spec)
    body.varUint(bytes.length)
  }
  for (const { bytes } of cells) body.bytes(Uint8Array.from(bytes))
  return toChunk(body.finish()).bytes
}

/** Where the body begins: after magic, checksum, kind and the body's length. */
function lengthOfHead(update: Uint8Array, about: number): number {
  for (const head of [about - 1, about]) if (varUint(update.length - head).length === head - 9) return head
  throw new RangeError("no chunk")
}

function isTaken(update: Uint8Array): boolean {
  try {
    mustBeCanonical(takeApart(update))
    return true
  } catch {
    return false
  }
}

test("[AM27] every change that Automerge makes is taken", () => {
  fc.assert(
    fc.property(fc.nat(), seed => {
      for (const update of realChanges(new SeededRandom(seed))) mustBeCanonical(takeApart(update))
    }),
    { numRuns: 30 }
  )
})

test("[AM27] of all ways to write a change only that of Automerge is taken", () => {
  let alike = 0
  fc.assert(
    fc.property(fc.nat(), seed => {
      const random = new SeededRandom(seed)
      const changes = realChanges(random)
      for (let i = 0; i < 60; i++) {
        const update = random.pick(changes)
        const written = otherwise(update, random)
        if (!readsAlike(update, written)) continue
        alike++
        expect(isTaken(written), Buffer.from(written).toString("hex")).toBe(false)
      }
    }),
    { numRuns: 20 }
  )
  expect(alike).toBeGreaterThan(100)
})

function readsAlike(update: Uint8Array, written: Uint8Array): boolean {
  try {
    const operations = ({ ops }: { readonly ops: unknown }): string => JSON.stringify(ops)
    return operations(decodeChange(update)) === operations(decodeChange(written))
  } catch {
    return false
  }
}

/** A change that is written otherwise: a run of one where a stretch of one is written. */
function strange(): Uint8Array {
  const [update] = getAllChanges(change(init<Content>({ actor: actorOf(9) }), draft => void (draft["x"] = 5)))
  const { columns, data } = takeApart(update as Uint8Array)
  let start = 0
  const cells = columns.map(({ spec, length }) => {
    const bytes = [...data.subarray(start, (start += length))]
    return { spec, bytes: spec === 0x42 ? [1, ...bytes.slice(1)] : bytes }
  })
  return withColumns(update as Uint8Array, cells)
}

test("[AM27] what Automerge alone takes, saves, and never loads again is refused, and harms nothing", () => {
  const written = strange()
  const saved = save(applyChanges(init<Content>(), [written])[0])
  expect(() => load(saved)).toThrow("inflating")
  const document = openDocument(engine, undefined, map())
  expect(codeThrownBy(() => document.apply([written]))).toBe("engine-update-invalid")
})

test.each([null, false, true])(
  "[AM27] %s with bytes of its own, which Automerge drops, is refused",
  value => {
    const [update] = getAllChanges(
      change(init<Content>({ actor: actorOf(9) }), draft => void (draft["x"] = value))
    )
    const { columns, data } = takeApart(update as Uint8Array)
    let start = 0
    const cells = columns.map(({ spec, length }) => {
      const [first = 0, kind = 0, ...rest] = data.subarray(start, (start += length))
      return { spec, bytes: spec === 0x56 ? [first, 16 + kind] : [first, kind, ...rest].slice(0, length) }
    })
    cells.splice(cells.findIndex(({ spec }) => spec === 0x56) + 1, 0, { spec: 0x57, bytes: [7] })
    const written = withColumns(update as Uint8Array, cells)
    const saved = save(applyChanges(init<Content>(), [written])[0])
    expect(() => load(saved)).toThrow("inflating")
    expect(isTaken(written)).toBe(false)
  }
)

test("[AM28] what a store has of such changes is still read, and written to", () => {
  const document = openDocument(engine, undefined, map())
  document.restore?.([], [strange()])
  expect(document.value()).toEqual({ x: 5 })
  mustChange(document, setTo(["y"], 6))
  expect(document.value()).toEqual({ x: 5, y: 6 })
})

// Whether something was ever there only the document knows, and asking it for all of a change costs as much as applying it.
test.fails("[AM27] a change that replaces what never was is refused", () => {
  const document = openDocument(engine, undefined, map())
  const made = change(init<Content>({ actor: actorOf(9) }), draft => void (draft["x"] = 5))
  const [update, next] = getAllChanges(change(made, draft => void (draft["x"] = 6))) as [Change, Change]
  const { columns, data } = takeApart(next)
  let start = 0
  const cells = columns.map(({ spec, length }) => {
    const bytes = [...data.subarray(start, (start += length))]
    // The number of the operation that is replaced.
    return { spec, bytes: spec === 0x73 ? [0x7f, 9] : bytes }
  })
  document.apply([update])
  expect(codeThrownBy(() => document.apply([withColumns(next, cells)]))).toBe("engine-update-invalid")
})
