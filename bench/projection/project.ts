import { join } from "node:path"
import { sqliteSink } from "@syncline/adapters/sqlite"
import type { DurableDocument, Sink } from "@syncline/core"
import { SinkWorkbench, type SyntheticSource } from "@syncline/core/testing"
import { inTemporaryFolder } from "../core/temporary-folder.ts"
import type { Bench, BenchContext } from "../harness/bench.ts"
import { type Speed, speedRow } from "../harness/speed-row.ts"
import { notesTable } from "./bench-note.ts"
import { filledSource, type KeyOrder } from "./documents.ts"
import { type RawRows, rawDocuments, rawNotes } from "./raw-rows.ts"

interface Tables {
  readonly label: string
  sink(path: string): Sink
  peer(path: string): RawRows
}

/** From the log through a projector, or the sink given what it is to write, the first time or all of it again. */
type Way = "the whole way from the log" | "the sink alone" | "the sink alone, every row again"

interface Case {
  readonly keys: KeyOrder
  readonly tables: Tables
  readonly way: Way
}

const target = 0.5
const rounds = 3
/** As the projector's own batches. */
const batchSize = 500

const plain: Tables = { label: "one table", sink: path => sqliteSink(path), peer: rawDocuments }
const typed: Tables = {
  label: "typed table and child table",
  sink: path => sqliteSink(path, { tables: [notesTable] }),
  peer: rawNotes
}

const cases: readonly Case[] = [
  { keys: "ascending keys", tables: plain, way: "the whole way from the log" },
  { keys: "ascending keys", tables: plain, way: "the sink alone" },
  { keys: "ascending keys", tables: plain, way: "the sink alone, every row again" },
  { keys: "ascending keys", tables: typed, way: "the whole way from the log" },
  { keys: "random keys", tables: plain, way: "the whole way from the log" },
  { keys: "random keys", tables: typed, way: "the whole way from the log" }
]

async function run(context: BenchContext): Promise<void> {
  const count = context.quick ? 1_000 : 100_000
  for (const one of cases) {
    const { source, ids } = filledSource(count, one.keys)
    const captured = await Promise.all(ids.map(id => source.capture(id)))
    const documents = captured.filter(document => document !== undefined)
    const speeds: Speed[] = []
    for (let round = 0; round < rounds; round++)
      speeds.push(await measure(one, source, documents, round % 2 === 0))
    report(context, `${count} documents, ${one.keys}, ${one.tables.label}: ${one.way}`, speeds)
  }
}

/** Both sides write everything into files of their own, one after the other. */
function measure(
  { tables, way }: Case,
  source: SyntheticSource,
  documents: readonly DurableDocument[],
  oursFirst: boolean
): Promise<Speed> {
  return inTemporaryFolder(async folder => {
    const bench = new SinkWorkbench({ sink: () => tables.sink(join(folder, "ours.db")) }, source)
    const peer = tables.peer(join(folder, "raw.db"))
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
  if (way === "the whole way from the log") {
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
  const elapsed = way === "the sink alone" ? first : await timeApply(bench, session, again)
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
  return way === "the sink alone, every row again" ? write() : first
}

function report(context: BenchContext, input: string, speeds: readonly Speed[]): void {
  const peerName = "raw prepared upserts of the same rows, made beforehand"
  const head = { bench: "projection/project", input, peerName }
  context.report(speedRow(head, { metric: "documents", unit: "1/s" }, speeds, target))
}

/** Documents into SQLite: the sink alone, and the whole way from the log, beside rows written by hand. */
export const benches: readonly Bench[] = [{ name: "projection/project", run }]
