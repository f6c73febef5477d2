import { collection, type JsonObject, map, memoryStore, openReplica } from "@syncline/core"
import { yjs } from "@syncline/core/yjs"
import * as Y from "yjs"
import { type Bench, type BenchContext, pair } from "../harness/bench.ts"

const keys = 10_000

const settings = collection<{ readonly entries: JsonObject }>("settings", { fields: { entries: map() } })

/** Reading the whole value after one field changed: ours rebuilds the maps above the field and shares the rest. */
async function runValue(context: BenchContext): Promise<void> {
  const replica = await openReplica({ store: memoryStore(), engine: yjs(), collections: [settings] })
  const document = await replica.load(settings, "all")
  for (const nested of [false, true]) {
    const doc = new Y.Doc()
    const entries = doc.getMap<unknown>("entries")
    const content = (i: number) => (nested ? { name: `entry ${i}`, size: i } : i)
    document.change(draft => {
      draft.entries = Object.fromEntries(Array.from({ length: keys }, (_, i) => [`key${i}`, content(i)]))
    })
    doc.transact(() => {
      for (let i = 0; i < keys; i++)
        entries.set(`key${i}`, nested ? new Y.Map(Object.entries(content(i))) : content(i))
    })
    await replica.flush()
    let edit = 0
    const native = (document.native as Y.Doc).getMap("root").get("entries") as Y.Map<unknown>
    const set = (target: Y.Map<unknown>) => {
      const key = `key${(edit += 7) % keys}`
      if (nested) (target.get(key) as Y.Map<unknown>).set("size", edit)
      else target.set(key, edit)
    }
    const speed = pair(
      () => {
        set(native)
        return document.value
      },
      () => {
        set(entries)
        return entries.toJSON()
      },
      { minTimeMs: context.quick ? 50 : 500 }
    )
    await replica.flush()
    context.report({
      bench: "core/value",
      input: `map of ${keys} ${nested ? "maps of 2 keys" : "numbers"}`,
      metric: "set one, read all",
      unit: "ms",
      ours: 1000 / speed.ours,
      peer: 1000 / speed.peer,
      peerName: "Y.Map.toJSON",
      ratio: 1 / speed.ratio,
      better: "lower",
      target: "",
      met: null
    })
  }
  await replica.close()
}

/** What a reader pays after a small change of a large document. */
export const benches: readonly Bench[] = [{ name: "core/value", run: runValue }]
