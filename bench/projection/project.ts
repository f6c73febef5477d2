import { join } from "node:path"
import { sqliteSink } from "@syncline/adapters/sqlite"
import { childRows, column, type DurableDocument, type Sink, table } from "@syncline/core"
import { SinkWorkbench, type SyntheticSource } from "@syncline/core/testing"
import { inTemporaryFolder } from "../core/temporary-folder.ts"
import { type Bench, type BenchContext, median } from "../harness/bench.ts"
import { type BenchNote, filledSource } from "./documents.ts"
import { type RawRows, rawDocuments, rawNotes } from "./raw-rows.ts"

interface Case {
  readonly input: string
  sink(path: string): Sink
  peer(path: string): RawRows
}

const target = 0.5
const rounds = 3
/** As the projector's own batches. */
const batchSize = 500

const cases: readonly Case[] = [
  { input: "one table of documents", sink: path => sqliteSink(path), peer: rawDocuments },
  {
    input: "typed table and child table",
    sink: path => sqliteSink(path, { tables: [notes] }),
    peer: rawNotes
  }
]

const notes = table<BenchNote>("notes", {
  collection: "notes",
  columns: {
    title: column.text(note => note.title, { index: true }),
    body: column.text(note => note.body),
    done: column.boolean(note => note.done),
    rank: column.real(note => note.rank)
  },
  children: { note_tags: childRows((note: BenchNote) => note.tags, { tag: column.text(tag => tag) }) }
})

const ways = ["pipeline from the log", "sink alone", "sink alone, every row again"] as const
type Way = (typeof ways)[number]

/** Documents a second. */
interface Speed {
  readonly ours: number
  readonly peer: number
}

async function run(context: BenchContext): Promise<void> {
  const count = context.quick ? 10_000 : 100_000
  for (const order of ["ascending keys", "random keys"] as const) {
    const { source, ids } = filledSource(count, order)
    const captured = await Promise.all(ids.map(id => source.capture(id)))
    const documents = captured.filter(document => document !== undefined)
    for (const one of cases)
      for (const way of ways) {
        const speeds: Speed[] = []
        for (let round = 0; round < (context.quick ? 3 : rounds); round++)
          speeds.push(await measure(one, way, source, documents, round % 2 === 0))
        report(context, `${count} documents, ${order}, ${one.input}, ${way}`, speeds)
      }
  }
}

/** Both sides write everything into files of their own, one after the other. */
function measure(
  one: Case,
  way: Way,
  source: SyntheticSource,
  documents: readonly DurableDocument[],
  oursFirst: boolean
): Promise<Speed> {
  return inTemporaryFolder(async folder => {
    const bench = new SinkWorkbench({ sink: () => one.sink(join(folder, "ours.db")) }, source)
    const peer = one.peer(join(folder, "raw.db"))
    const speed = { ours: 0, peer: 0 }
    const perSecond = (ms: number): number => (1000 * documents.length) / ms
    if (oursFirst) speed.ours = perSecond(await timeOurs(bench, documents, way))
    speed.peer = perSecond(timePeer(peer, documents, way))
    if (!oursFirst) speed.ours = perSecond(await timeOurs(bench, documents, way))
    peer.close()
    return speed
  })
}

async function timeOurs(
  bench: SinkWorkbench<{ sink(): Sink }>,
  documents: readonly DurableDocument[],
  way: Way
): Promise<number> {
  if (way === "pipeline from the log") {
    const start = performance.now()
    const projector = await bench.project()
    const elapsed = performance.now() - start
    await projector.close()
    return elapsed
  }
  const session = await bench.open()
  const first = await timeApply(bench, session, documents)
  // The next version of every document, as far as the sink can tell.
  const again = documents.map(document => ({ ...document, height: document.height + 1 }))
  const elapsed = way === "sink alone" ? first : await timeApply(bench, session, again)
  await session.close()
  return elapsed
}

async function timeApply(
  bench: SinkWorkbench<{ sink(): Sink }>,
  session: Awaited<ReturnType<Sink["open"]>>,
  documents: readonly DurableDocument[]
): Promise<number> {
  const writes = await Promise.all(documents.map(document => bench.write(session, document)))
  const start = performance.now()
  for (let at = 0; at < writes.length; at += batchSize)
    await session.apply(writes.slice(at, at + batchSize), {
      epoch: bench.source.epoch,
      position: at + batchSize
    })
  return performance.now() - start
}

function timePeer(peer: RawRows, documents: readonly DurableDocument[], way: Way): number {
  const rows = documents.map(document => peer.toRow(document))
  const write = (): number => {
    const start = performance.now()
    for (let at = 0; at < rows.length; at += batchSize) peer.write(rows.slice(at, at + batchSize))
    return performance.now() - start
  }
  const first = write()
  return way === "sink alone, every row again" ? write() : first
}

function report(context: BenchContext, input: string, speeds: readonly Speed[]): void {
  const ratio = median(speeds.map(speed => speed.ours / speed.peer))
  context.report({
    bench: "projection/project",
    input,
    metric: "documents",
    unit: "1/s",
    ours: median(speeds.map(speed => speed.ours)),
    peer: median(speeds.map(speed => speed.peer)),
    peerName: "raw prepared upserts of the same rows, made beforehand",
    ratio,
    better: "higher",
    target: `≥ ${target}×`,
    met: ratio >= target
  })
}

/** Documents into SQLite: the sink alone, and the whole way from the log, beside rows written by hand. */
export const benches: readonly Bench[] = [{ name: "projection/project", run }]
