import * as A from "@automerge/automerge"
import { collection, type JsonObject, map, memoryStore, openReplica } from "@syncline/core"
import * as Y from "yjs"
import { type Bench, type BenchContext, pair } from "../harness/bench.ts"
import { type MeasuredEngine, measuredEngines } from "./sheet.ts"

const name = "core/value"
const keys = 10_000

const settings = collection<{ readonly entries: JsonObject }>("settings", { fields: { entries: map() } })

/** The library alone: sets a number at a key, or inside the map there, and reads everything. */
interface RawSettings {
  readonly setAndRead: (key: string, size: number) => unknown
  readonly peerName: string
}

/** Reading the whole value after one field changed: ours rebuilds the maps above the field and shares the rest. */
async function runValue(context: BenchContext): Promise<void> {
  for (const measured of measuredEngines)
    for (const isNested of [false, true]) await measureValue(context, measured, isNested)
}

async function measureValue(
  context: BenchContext,
  measured: MeasuredEngine,
  isNested: boolean
): Promise<void> {
  const replica = await openReplica({
    store: memoryStore(),
    engine: measured.engine(),
    collections: [settings],
    // Folding in the middle would be measured with it.
    retainCommits: Number.POSITIVE_INFINITY
  })
  const document = await replica.load(settings, "all")
  const content = Object.fromEntries(
    Array.from({ length: keys }, (_, i) => [`key${i}`, isNested ? { name: `entry ${i}`, size: i } : i])
  )
  document.change(draft => {
    draft.entries = content
  })
  await replica.flush()
  const raw = measured.name === "Yjs" ? rawYjs(content, isNested) : rawAutomerge(content, isNested)
  let edit = 0
  const next = (): [key: string, size: number] => [`key${(edit += 7) % keys}`, edit]
  const speed = pair(
    () => {
      const [key, size] = next()
      document.change(draft => {
        if (isNested) (draft.entries[key] as { size: number }).size = size
        else draft.entries[key] = size
      })
      return document.value
    },
    () => raw.setAndRead(...next()),
    { minTimeMs: context.quick ? 10 : 500 }
  )
  await replica.flush()
  await replica.close()
  context.report({
    bench: name,
    input: `${measured.name}, map of ${keys} ${isNested ? "maps of 2 keys" : "numbers"}`,
    metric: "set one by a draft, read all",
    unit: "ms",
    ours: 1000 / speed.ours,
    peer: 1000 / speed.peer,
    peerName: raw.peerName,
    ratio: 1 / speed.ratio,
    better: "lower",
    target: "",
    met: null
  })
}

function rawYjs(content: JsonObject, isNested: boolean): RawSettings {
  const doc = new Y.Doc()
  const entries = doc.getMap<unknown>("entries")
  doc.transact(() => {
    for (const [key, entry] of Object.entries(content))
      entries.set(key, isNested ? new Y.Map(Object.entries(entry as JsonObject)) : entry)
  })
  return {
    setAndRead: (key, size) => {
      if (isNested) (entries.get(key) as Y.Map<unknown>).set("size", size)
      else entries.set(key, size)
      return entries.toJSON()
    },
    peerName: "Y.Map.toJSON"
  }
}

function rawAutomerge(content: JsonObject, isNested: boolean): RawSettings {
  let doc = A.from<{ entries: Record<string, unknown> }>({ entries: { ...content } })
  return {
    setAndRead: (key, size) => {
      doc = A.change(doc, draft => {
        if (isNested) (draft.entries[key] as { size: number }).size = size
        else draft.entries[key] = size
      })
      return doc
    },
    peerName: "A.change, which gives the value"
  }
}

/** What a reader pays after a small change of a large document. */
export const benches: readonly Bench[] = [{ name, run: runValue }]
