import type { Document } from "@syncline/core"
import { textOf } from "@syncline/core"
import type { Bench, BenchContext } from "../harness/bench.ts"
import { seededRandom } from "../harness/seeded-random.ts"
import { type Interleaved, interleaved } from "./interleaved.ts"
import { notedKeys } from "./noted-keys.ts"
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
  /** What the peer does, told of it by the least draft there can be. */
  readonly least?: (raw: RawDocument, round: number) => void
}

const works: readonly Work[] = [
  {
    title: "keys of a map set",
    ours: (document, round) =>
      document.change(draft => {
        for (const key of keys()) draft.entries[key] = round
      }),
    peer: (raw, round) => raw.setKeys(keys(), round),
    least: (raw, round) => {
      const noted = notedKeys(draft => {
        for (const key of keys()) draft.entries[key] = round
      })
      raw.setKeys(noted, round)
    }
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
    for (const work of works) {
      await measureChange(context, measured, work)
      await measureLeast(context, measured, work)
    }
}

/** How near anybody could come: the distance between this and our figure is what is ours. */
async function measureLeast(context: BenchContext, measured: MeasuredEngine, work: Work): Promise<void> {
  const { least } = work
  if (least === undefined) return
  const taken = await measureRounds(
    context,
    editing(measured.raw(), least),
    editing(measured.raw(), work.peer)
  )
  context.report({
    bench: name,
    input: inputOf(measured, work),
    metric: "the least: two proxies that note keys",
    unit: "ms",
    ...taken,
    peerName: `${measured.name} and the bytes of the change`,
    better: "lower",
    target: "",
    met: null
  })
}

function measureRounds(
  context: BenchContext,
  ours: () => Promise<number> | number,
  peer: () => number
): Promise<Interleaved> {
  // The compiler takes some rounds on both sides until speeds stay what they are.
  const rounds = context.quick ? 1 : 30
  return context.quick
    ? interleaved(rounds, ours, peer)
    : interleaved(40, ours, peer).then(() => interleaved(rounds, ours, peer))
}

function editing(raw: RawDocument, edit: (raw: RawDocument, round: number) => void): () => number {
  let round = 0
  return () => {
    const spent = calledMs(() => edit(raw, ++round))
    raw.updates.length = 0
    return spent
  }
}

function inputOf({ name: engine }: MeasuredEngine, { title }: Work): string {
  return `${engine}, ${operations.toLocaleString("en-US")} ${title}`
}

async function measureChange(context: BenchContext, measured: MeasuredEngine, work: Work): Promise<void> {
  const replica = await openSheets(measured)
  const document = await replica.load(sheets, "changed")
  const raw = measured.raw()
  let round = 0
  const ours = async (): Promise<number> => {
    const spent = calledMs(() => work.ours(document, ++round))
    await replica.flush()
    return spent
  }
  const taken = await measureRounds(context, ours, editing(raw, work.peer))
  if (document.value.body !== raw.text) throw new Error("the two did not end with one text")
  await replica.close()
  context.report({
    bench: name,
    input: inputOf(measured, work),
    metric: "until the call returns",
    unit: "ms",
    ...taken,
    peerName: `${measured.name} and the bytes of the change`,
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
