import type { Document } from "@syncline/core"
import { textOf } from "@syncline/core"
import type { Bench, BenchContext } from "../harness/bench.ts"
import { seededRandom } from "../harness/seeded-random.ts"
import { interleaved } from "./interleaved.ts"
import type { RawDocument } from "./raw-document.ts"
import {
  type MeasuredEngine,
  measuredEngines,
  openSheets,
  type SheetRow,
  sheets,
  type SheetValue
} from "./sheet.ts"

const name = "core/overhead-change"
const target = 1.3
const operations = 1_000

/** One change of many operations, done by both; `round` makes each another one. */
interface Work {
  readonly title: string
  readonly ours: (document: Document<SheetValue>, round: number) => void
  readonly peer: (raw: RawDocument, round: number) => void
}

const works: readonly Work[] = [
  {
    title: "keys of a map set",
    ours: (document, round) =>
      document.change(draft => {
        for (const key of keys()) draft.entries[key] = round
      }),
    peer: (raw, round) => raw.setKeys(keys(), round)
  },
  {
    title: "maps of three keys added to a list, one by one",
    ours: (document, round) =>
      document.change(draft => {
        for (const row of rows(round)) draft.rows.push(row)
      }),
    peer: (raw, round) => raw.pushRows(rows(round))
  },
  {
    title: "characters typed at one place of a text",
    ours: (document, round) => spliceAll(document, typed(round)),
    peer: (raw, round) => raw.spliceAll(typed(round))
  },
  {
    title: "characters put anywhere in a text",
    ours: (document, round) => spliceAll(document, scattered(round)),
    peer: (raw, round) => raw.spliceAll(scattered(round))
  }
]

async function runChangeOverhead(context: BenchContext): Promise<void> {
  for (const measured of measuredEngines)
    for (const work of works) await measureChange(context, measured, work)
}

async function measureChange(context: BenchContext, measured: MeasuredEngine, work: Work): Promise<void> {
  const replica = await openSheets(measured)
  const document = await replica.load(sheets, "changed")
  const raw = measured.raw()
  const round = { ours: 0, peer: 0 }
  const ours = async (): Promise<number> => {
    const spent = calledMs(() => work.ours(document, ++round.ours))
    await replica.flush()
    return spent
  }
  const peer = (): number => {
    const spent = calledMs(() => work.peer(raw, ++round.peer))
    raw.updates.length = 0
    return spent
  }
  if (!context.quick) await interleaved(20, ours, peer)
  const taken = await interleaved(context.quick ? 1 : 30, ours, peer)
  if (document.value.body !== raw.text) throw new Error("the two did not end with one text")
  await replica.close()
  context.report({
    bench: name,
    input: `${measured.name}, ${operations.toLocaleString("en-US")} ${work.title}`,
    metric: "until the call returns",
    unit: "ms",
    ours: taken.ours,
    peer: taken.peer,
    peerName: `${measured.name} and the bytes of the change`,
    ratio: taken.ratio,
    better: "lower",
    target: `≤ ${target}`,
    met: taken.ratio <= target
  })
}

/** Until the call returns: what is awaited comes after the packing and the store, which have their own benches. */
function calledMs(work: () => void): number {
  const start = performance.now()
  work()
  return performance.now() - start
}

function spliceAll(document: Document<SheetValue>, splices: Splices): void {
  document.change(draft => {
    const body = textOf(draft, "body")
    for (const splice of splices) body.splice(...splice)
  })
}

type Splices = readonly (readonly [index: number, remove: number, insert: string])[]

function keys(): readonly string[] {
  return Array.from({ length: operations }, (_, i) => `key${i}`)
}

function rows(round: number): SheetRow[] {
  return Array.from({ length: operations }, (_, i) => ({ id: i, title: `row ${i} of ${round}`, done: false }))
}

function typed(round: number): Splices {
  const at = Math.floor(seededRandom(round)() * operations * (round - 1))
  return Array.from({ length: operations }, (_, i) => [at + i, 0, "x"] as const)
}

function scattered(round: number): Splices {
  const random = seededRandom(round)
  const before = operations * (round - 1)
  return Array.from({ length: operations }, (_, i) => [Math.floor(random() * (before + i)), 0, "x"] as const)
}

/** What a large change costs through a draft beside the library alone. */
export const benches: readonly Bench[] = [{ name, run: runChangeOverhead }]
