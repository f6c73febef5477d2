import {
  collection,
  type Document,
  type JsonObject,
  type JsonValue,
  map,
  memoryStore,
  openReplica
} from "@syncline/core"
import * as A from "@automerge/automerge"
import * as Y from "yjs"
import { type Bench, type BenchContext, median } from "../harness/bench.ts"
import { type MeasuredEngine, measuredEngines } from "./sheet.ts"

const name = "core/change-cost"
/** Nearly flat: what grows are the depth of trees and the misses of caches. */
const targetGrowth = 3

const documents = collection<{ readonly content: JsonObject }>("documents", { fields: { content: map() } })
type LargeDocument = Document<{ readonly content: JsonObject }>

/** A kind of document of any size, and a place in it where a number is. */
interface Form {
  readonly title: string
  readonly make: (bytes: number) => JsonObject
  readonly path: (content: JsonObject) => readonly (string | number)[]
}

const note = "kept as it is, whatever is changed beside it"

const forms: readonly Form[] = [
  {
    title: "one wide map",
    make: bytes => record(bytes / 60, i => `${note} ${i}`, { size: 0 }),
    path: () => ["size"]
  },
  {
    title: "one long list",
    make: bytes => ({
      items: Array.from({ length: bytes / 80 }, (_, i) => ({ note: `${note} ${i}`, size: i }))
    }),
    path: ({ items }) => ["items", Math.floor((items as readonly JsonValue[]).length / 2), "size"]
  },
  {
    title: "maps 20 deep",
    make: bytes => nested(bytes, 20),
    path: () => [...Array.from({ length: 20 }, () => "inside"), "size"]
  },
  {
    title: "many small maps",
    make: bytes => record(bytes / 80, i => ({ note: `${note} ${i}`, size: i }), {}),
    path: () => ["key7", "size"]
  }
]

function record(count: number, member: (i: number) => JsonValue, more: JsonObject): JsonObject {
  return { ...Object.fromEntries(Array.from({ length: count }, (_, i) => [`key${i}`, member(i)])), ...more }
}

function nested(bytes: number, depth: number): JsonObject {
  let at: JsonObject = { size: 0 }
  for (let level = 0; level < depth; level++)
    at = record(bytes / depth / 60, i => `${note} ${i}`, { inside: at })
  return at
}

async function runChangeCost(context: BenchContext): Promise<void> {
  for (const measured of measuredEngines)
    for (const form of forms) {
      let smallest: number | undefined
      for (const bytes of context.quick ? [10_000] : [10_000, 100_000, 1_000_000, 10_000_000]) {
        // Building a document of this size takes Automerge minutes.
        if (bytes > 1_000_000 && measured.name === "Automerge") continue
        smallest = await measureForm(context, measured, form, bytes, smallest)
      }
    }
}

/** Microseconds of a change of one number; the smallest document's is what the others are to be near. */
async function measureForm(
  context: BenchContext,
  measured: MeasuredEngine,
  form: Form,
  bytes: number,
  smallest: number | undefined
): Promise<number> {
  const content = form.make(bytes)
  const path = form.path(content)
  const replica = await openReplica({
    store: memoryStore(),
    engine: measured.engine(),
    collections: [documents]
  })
  const document = await replica.load(documents, "large")
  document.change(draft => {
    Object.assign(draft.content, content)
  })
  await replica.flush()
  const raw = measured.name === "Yjs" ? setInYjs(content, path) : setInAutomerge(content, path)
  let value = 1_000_000
  const taken = { ours: [] as number[], peer: [] as number[] }
  for (let round = 0; round < (context.quick ? 5 : 300); round++) {
    value++
    let start = performance.now()
    setIn(document, path, value)
    taken.ours.push((performance.now() - start) * 1000)
    await replica.flush()
    start = performance.now()
    raw(value)
    taken.peer.push((performance.now() - start) * 1000)
  }
  await replica.close()
  const [ours, peer] = [median(taken.ours.slice(-200)), median(taken.peer.slice(-200))]
  const growth = ours / (smallest ?? ours)
  context.report({
    bench: name,
    input: `${measured.name}, ${form.title}, ${(bytes / 1000).toLocaleString("en-US")} kB`,
    metric: "one number changed by a draft",
    unit: "µs",
    ours,
    peer,
    peerName: measured.name === "Yjs" ? "Y.Map.set" : "A.change",
    ratio: ours / peer,
    better: "lower",
    target: smallest === undefined ? "" : `≤ ${targetGrowth}× that of 10 kB, is ${growth.toPrecision(2)}×`,
    met: smallest === undefined ? null : growth <= targetGrowth
  })
  return smallest ?? ours
}

function setIn(document: LargeDocument, path: readonly (string | number)[], value: number): void {
  document.change(draft => setAt(draft.content, path, value))
}

function setAt(from: unknown, path: readonly (string | number)[], value: number): void {
  let at = from as Record<string | number, unknown>
  for (const step of path.slice(0, -1)) at = at[step] as Record<string | number, unknown>
  at[path.at(-1) ?? ""] = value
}

function setInYjs(content: JsonObject, path: readonly (string | number)[]): (value: number) => void {
  const doc = new Y.Doc()
  const root = doc.getMap<unknown>("content")
  doc.transact(() => {
    for (const [key, member] of Object.entries(content)) root.set(key, shared(member))
  })
  doc.on("update", () => {})
  return value =>
    doc.transact(() => {
      let at: unknown = root
      for (const step of path.slice(0, -1))
        at =
          at instanceof Y.Array ? (at.get(Number(step)) as unknown) : (at as Y.Map<unknown>).get(String(step))
      ;(at as Y.Map<unknown>).set(String(path.at(-1)), value)
    })
}

function shared(value: JsonValue): unknown {
  if (Array.isArray(value)) return arrayOf((value as readonly JsonValue[]).map(shared))
  if (typeof value !== "object" || value === null) return value
  return new Y.Map(Object.entries(value).map(([key, member]) => [key, shared(member)]))
}

function arrayOf(items: unknown[]): Y.Array<unknown> {
  const array = new Y.Array<unknown>()
  array.push(items)
  return array
}

function setInAutomerge(content: JsonObject, path: readonly (string | number)[]): (value: number) => void {
  let doc = A.from<Record<string, unknown>>(content)
  return value => {
    doc = A.change(doc, draft => setAt(draft, path, value))
    A.getLastLocalChange(doc)
  }
}

/** What it costs to change one field of documents of any size. */
export const benches: readonly Bench[] = [{ name, run: runChangeCost }]
