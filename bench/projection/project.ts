import { join } from "node:path"
import { sqliteSink } from "@syncline/adapters/sqlite"
import { childRows, column, type DurableDocument, type Sink, table } from "@syncline/core"
import { SinkWorkbench } from "@syncline/core/testing"
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
const rounds = 7
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

type Way = "pipeline" | "apply, first time" | "apply, every row again"

async function run(context: BenchContext): Promise<void> {
  const count = context.quick ? 10_000 : 100_000
  const { source, ids } = filledSource(count)
  const documents: DurableDocument[] = []
  for (const id of ids) {
    const document = await source.capture(id)
    if (document !== undefined) documents.push(document)
  }
  for (const one of cases) {
    for (const way of ["pipeline", "apply, first time", "apply, every row again"] as const) {
      const speeds: Array<{ ours: number; peer: number }> = []
      for (let round = 0; round < (context.quick ? 2 : rounds); round++)
        await inTemporaryFolder(async folder => {
          const bench = new SinkWorkbench({ sink: () => one.sink(join(folder, "ours.db")) }, source)
          const peer = one.peer(join(folder, "raw.db"))
          const speed = { ours: 0, peer: 0 }
          for (const side of round % 2 === 0 ? (["ours", "peer"] as const) : (["peer", "ours"] as const))
            speed[side] =
              (1000 * count) /
              (await (side === "ours" ? timeOurs(bench, documents, way) : timePeer(peer, documents, way)))
          peer.close()
          speeds.push(speed)
        })
      report(context, `${count} documents, ${one.input}, ${way}`, speeds)
    }
  }
}

async function timeOurs(
  bench: SinkWorkbench<{ sink(): Sink }>,
  documents: readonly DurableDocument[],
  way: Way
): Promise<number> {
  if (way === "pipeline") {
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
  const elapsed = way === "apply, first time" ? first : await timeApply(bench, session, again)
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
  return way === "apply, every row again" ? write() : first
}

function report(
  context: BenchContext,
  input: string,
  speeds: readonly { ours: number; peer: number }[]
): void {
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
