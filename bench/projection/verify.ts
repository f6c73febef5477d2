import { join } from "node:path"
import { sqliteSink } from "@syncline/adapters/sqlite"
import type { Projector, Sink } from "@syncline/core"
import { SinkWorkbench } from "@syncline/core/testing"
import { inTemporaryFolder } from "../core/temporary-folder.ts"
import { type Bench, type BenchContext, median } from "../harness/bench.ts"
import { openRaw, type RawDatabase } from "../store/raw-database.ts"
import { filledSource, sinkRows } from "./documents.ts"

interface Mode {
  readonly contents: boolean
  readonly label: string
  /** How many times as long as counting it may take. */
  readonly target: number
  /** Reads the same inside SQLite and computes nothing of it: what no verification there can be quicker than. */
  readonly least: Peer
}

interface Peer {
  readonly name: string
  scan(database: RawDatabase): unknown
}

const modes: readonly Mode[] = [
  {
    contents: false,
    label: "keys and hashes",
    target: 1.5,
    least: {
      name: "SQLite joining all ids and hashes to one value",
      scan: joined("id || digest", "syncline_records")
    }
  },
  {
    contents: true,
    label: "contents re-hashed",
    target: 6,
    least: {
      name: "SQLite joining all cells to one value",
      scan: joined("id || collection || value || version || digest || updated_at", "documents")
    }
  }
]
/** Enough for a median that a busy moment does not move. Of a million rows each takes long enough to even out such moments. */
const rounds = 9
const fewRounds = 3

/** One scan as a program makes it that wants every stored key and hash. */
const byProgram: Peer = {
  name: "one full scan reading every stored key and hash",
  scan: database => {
    const statement = database.prepare(
      "SELECT id, generation, projection, height, deleted, digest FROM syncline_records ORDER BY id"
    )
    let count = 0
    for (const _ of (statement as unknown as { iterate(): Iterable<unknown> }).iterate()) count++
    return count
  }
}

/** One scan that stays inside SQLite and looks at next to nothing. */
const counted: Peer = {
  name: "SELECT count(*), sum(length(value)) over the documents",
  scan: database => database.prepare("SELECT count(*), sum(length(value)) FROM documents").get()
}

function joined(cells: string, table: string): Peer["scan"] {
  const sql = `SELECT length(CAST(group_concat(${cells}, '') AS BLOB)) FROM ${table}`
  return database => database.prepare(sql).get()
}

/** Notes, and texts of which there are fewer: what a row costs beside what its bytes cost. */
const kinds = [
  { label: "notes of a few hundred bytes", longer: 1, share: 1 },
  { label: "texts of some kilobytes", longer: 16, share: 1 / 5 }
] as const

async function run(context: BenchContext): Promise<void> {
  for (const kind of kinds) await verifyKind(context, kind)
}

async function verifyKind(
  context: BenchContext,
  { label, longer, share }: (typeof kinds)[number]
): Promise<void> {
  const count = sinkRows(context) * share
  const { source } = filledSource(count, "random keys", longer)
  await inTemporaryFolder(async folder => {
    const path = join(folder, "sink.db")
    const bench = new SinkWorkbench({ sink: () => sqliteSink(path) }, source)
    const projector = await bench.project()
    const database = openRaw(path)
    const timePeer = (peer: Peer): number => {
      const start = performance.now()
      peer.scan(database)
      return performance.now() - start
    }
    for (const mode of modes) {
      const input = `${count} consistent documents, ${label}, ${mode.label}`
      const ourselves = (): Promise<number> => timeVerify(bench, projector, mode, count)
      await compare(context, input, ourselves, counted.name, () => timePeer(counted), mode.target)
      await compare(context, input, ourselves, byProgram.name, () => timePeer(byProgram))
      await compare(context, input, ourselves, mode.least.name, () => timePeer(mode.least))
      const least = `${input}, ${mode.least.name}`
      await compare(
        context,
        least,
        () => timePeer(mode.least),
        counted.name,
        () => timePeer(counted)
      )
    }
    database.close()
    await projector.close()
  })
}

async function compare(
  context: BenchContext,
  input: string,
  ourselves: () => number | Promise<number>,
  peerName: string,
  peer: () => number,
  target?: number
): Promise<void> {
  const times: Array<{ ours: number; peer: number }> = []
  const isLong = sinkRows(context) > 100_000
  for (let round = 0; round < (context.quick || isLong ? fewRounds : rounds); round++)
    times.push({ ours: await ourselves(), peer: peer() })
  const ratio = median(times.map(time => time.ours / time.peer))
  context.report({
    bench: "projection/verify",
    input,
    metric: "time",
    unit: "ms",
    ours: median(times.map(time => time.ours)),
    peer: median(times.map(time => time.peer)),
    peerName,
    ratio,
    better: "lower",
    target: target === undefined ? "" : `≤ ${target}×`,
    met: target === undefined ? null : ratio <= target
  })
}

async function timeVerify(
  bench: SinkWorkbench<{ sink(): Sink }>,
  projector: Projector,
  { contents }: Mode,
  count: number
): Promise<number> {
  const start = performance.now()
  const report = await bench.verify(projector, { contents })
  const elapsed = performance.now() - start
  if (!report.clean || report.sinks[0]?.counts.consistent !== count)
    throw new Error("the sink is not consistent")
  return elapsed
}

/** Verification of a sink that is right, beside reading it once. */
export const benches: readonly Bench[] = [{ name: "projection/verify", run }]
