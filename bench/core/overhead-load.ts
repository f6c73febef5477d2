import { type Document, memoryStore, type Replica, type Store } from "@syncline/core"
import type { Bench, BenchContext } from "../harness/bench.ts"
import { seededRandom } from "../harness/seeded-random.ts"
import { elapsedMs, interleaved } from "./interleaved.ts"
import type { RawDocument } from "./raw-document.ts"
import { type MeasuredEngine, measuredEngines, openSheets, sheets, type SheetValue } from "./sheet.ts"

const name = "core/overhead-load"
const target = 1.3

/** What a document holds, put there in ours and in the library's own. */
interface Content {
  readonly title: string
  readonly write: (document: Document<SheetValue>, raw: RawDocument, replica: Replica) => Promise<void>
}

const contents: readonly Content[] = [
  {
    title: "a text typed in 10,000 keys",
    write: async (document, raw, replica) => {
      const random = seededRandom(1)
      let at = 0
      for (let key = 0; key < 10_000; key++) {
        at = key % 8 === 0 ? Math.floor(random() * (key + 1)) : at + 1
        document.text("body").insert(at, "x")
        raw.splice(at, 0, "x")
        if (key % 100 === 0) await replica.flush()
      }
    }
  },
  {
    title: "a list of 5,000 maps",
    write: async (document, raw) => {
      const rows = Array.from({ length: 5_000 }, (_, id) => ({ id, title: `row ${id}`, done: false }))
      document.change(draft => {
        draft.rows.push(...rows)
      })
      raw.pushRows(rows)
    }
  },
  {
    title: "a map of 10,000 numbers",
    write: async (document, raw) => {
      const keys = Array.from({ length: 10_000 }, (_, i) => `key${i}`)
      document.change(draft => {
        for (const key of keys) draft.entries[key] = 1
      })
      raw.setKeys(keys, 1)
    }
  }
]

async function runLoadOverhead(context: BenchContext): Promise<void> {
  for (const measured of measuredEngines)
    for (const content of contents)
      for (const retainCommits of [0, 1_000]) await measureLoad(context, measured, content, retainCommits)
}

/** In turns: what a store holds of a document brought up and read, and what the library saved. */
async function measureLoad(
  context: BenchContext,
  measured: MeasuredEngine,
  content: Content,
  retainCommits: number
): Promise<void> {
  const store = memoryStore()
  const raw = measured.raw()
  const replica = await openSheets(measured, { store, retainCommits: Number.POSITIVE_INFINITY })
  await content.write(await replica.load(sheets, "stored"), raw, replica)
  await replica.flush()
  await replica.compact("sheets/stored", retainCommits)
  await replica.close()
  const saved = raw.save()
  const taken = await interleaved(
    context.quick ? 1 : 15,
    () => loadOurs(measured, store),
    () => elapsedMs(() => measured.raw(saved).read())
  )
  context.report({
    bench: name,
    input: `${measured.name}, ${content.title}, ${retainCommits === 0 ? "folded" : "the last 1,000 commits not folded"}`,
    metric: "from stored bytes to the value",
    unit: "ms",
    ours: taken.ours,
    peer: taken.peer,
    peerName: `${measured.name} from its saved bytes`,
    ratio: taken.ratio,
    better: "lower",
    target: `≤ ${target}`,
    met: taken.ratio <= target
  })
}

/** Opening the replica is not timed: an application does it once. */
async function loadOurs(measured: MeasuredEngine, store: Store): Promise<number> {
  const replica = await openSheets(measured, { store, retainCommits: Number.POSITIVE_INFINITY })
  const spent = await elapsedMs(async () => (await replica.load(sheets, "stored")).value)
  await replica.close()
  return spent
}

/** What opening a document costs beside loading it into the library alone. */
export const benches: readonly Bench[] = [{ name, run: runLoadOverhead }]
