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
  /** How many of its commits are stored singly, beyond the snapshot. */
  readonly tail: number
  readonly write: (document: Document<SheetValue>, raw: RawDocument, replica: Replica) => Promise<void>
}

/** What the library alone has in its file: a snapshot, and updates after it. */
interface Saved {
  readonly snapshot: Uint8Array
  readonly updates: readonly Uint8Array[]
}

/** A text typed in so many keys, folded, and with a tail that is not. */
function texts(keys: number): readonly Content[] {
  const [title, tail] = [`a text typed in ${keys.toLocaleString("en-US")} keys`, keys / 10]
  const write: Content["write"] = (...place) => typeText(keys, ...place)
  return [
    { title: `${title}, folded`, tail: 0, write },
    { title: `${title}, the last ${tail.toLocaleString("en-US")} not folded`, tail, write }
  ]
}

const records: readonly Content[] = [
  {
    title: "a list of 5,000 maps, folded",
    tail: 0,
    write: async (document, raw) => {
      const rows = Array.from({ length: 5_000 }, (_, id) => ({ id, title: `row ${id}`, done: false }))
      document.change(draft => {
        draft.rows.push(...rows)
      })
      raw.pushRows(rows)
    }
  },
  {
    title: "a map of 10,000 numbers, folded",
    tail: 0,
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
    for (const content of [...texts(context.quick ? 1_000 : 10_000), ...records])
      await measureLoad(context, measured, content)
}

async function typeText(
  keys: number,
  document: Document<SheetValue>,
  raw: RawDocument,
  replica: Replica
): Promise<void> {
  const random = seededRandom(1)
  let at = 0
  for (let key = 0; key < keys; key++) {
    at = key % 8 === 0 ? Math.floor(random() * (key + 1)) : at + 1
    document.text("body").insert(at, "x")
    raw.splice(at, 0, "x")
    if (key % 100 === 0) await replica.flush()
  }
}

/** In turns: what a store holds of a document brought up and read, and what the library saved. */
async function measureLoad(context: BenchContext, measured: MeasuredEngine, content: Content): Promise<void> {
  const store = memoryStore()
  const raw = measured.raw()
  const replica = await openSheets(measured, { store, retainCommits: Number.POSITIVE_INFINITY })
  await content.write(await replica.load(sheets, "stored"), raw, replica)
  await replica.flush()
  await replica.compact("sheets/stored", content.tail)
  await replica.close()
  const saved = savedAs(measured, raw, content.tail)
  const taken = await interleaved(
    context.quick ? 1 : 15,
    () => loadOurs(measured, store),
    () => elapsedMs(() => measured.raw(saved.snapshot, saved.updates).read())
  )
  context.report({
    bench: name,
    input: `${measured.name}, ${content.title}`,
    metric: "from stored bytes to the value",
    unit: "ms",
    ours: taken.ours,
    peer: taken.peer,
    peerName: `${measured.name} from its saved bytes${content.tail === 0 ? "" : " and updates"}`,
    ratio: taken.ratio,
    better: "lower",
    target: `≤ ${target}`,
    met: taken.ratio <= target
  })
}

function savedAs(measured: MeasuredEngine, raw: RawDocument, tail: number): Saved {
  if (tail === 0) return { snapshot: raw.save(), updates: [] }
  const until = raw.updates.length - tail
  const early = measured.raw(measured.raw().save(), raw.updates.slice(0, until))
  return { snapshot: early.save(), updates: raw.updates.slice(until) }
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
