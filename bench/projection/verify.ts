import { join } from "node:path"
import { sqliteSink } from "@syncline/adapters/sqlite"
import type { Projector, Sink } from "@syncline/core"
import { SinkWorkbench } from "@syncline/core/testing"
import { inTemporaryFolder } from "../core/temporary-folder.ts"
import { type Bench, type BenchContext, median } from "../harness/bench.ts"
import { openRaw, type RawDatabase } from "../store/raw-database.ts"
import { filledSource } from "./documents.ts"

interface Mode {
  readonly contents: boolean
  readonly label: string
  /** How many scans by the program it may take. */
  readonly target: number
}

const modes: readonly Mode[] = [
  { contents: false, label: "keys and hashes", target: 1.5 },
  { contents: true, label: "contents re-hashed", target: 6 }
]
const rounds = 9

/** One scan as a program makes it that wants every stored key and hash, and one that stays inside SQLite. */
const peers: readonly {
  readonly name: string
  readonly promised: boolean
  scan(database: RawDatabase): unknown
}[] = [
  {
    name: "one full scan reading every stored key and hash",
    promised: true,
    scan: database => {
      const statement = database.prepare(
        "SELECT id, generation, projection, height, deleted, digest FROM syncline_records ORDER BY id"
      )
      let count = 0
      for (const _ of (statement as unknown as { iterate(): Iterable<unknown> }).iterate()) count++
      return count
    }
  },
  {
    name: "SELECT count(*), sum(length(value)) over the documents",
    promised: false,
    scan: database => database.prepare("SELECT count(*), sum(length(value)) FROM documents").get()
  }
]

async function run(context: BenchContext): Promise<void> {
  const count = context.quick ? 1_000 : 100_000
  const { source } = filledSource(count, "random keys")
  await inTemporaryFolder(async folder => {
    const path = join(folder, "sink.db")
    const bench = new SinkWorkbench({ sink: () => sqliteSink(path) }, source)
    const projector = await bench.project()
    const database = openRaw(path)
    for (const mode of modes)
      for (const peer of peers) {
        const times: Array<{ ours: number; peer: number }> = []
        for (let round = 0; round < (context.quick ? 3 : rounds); round++) {
          const ours = await timeVerify(bench, projector, mode, count)
          const start = performance.now()
          peer.scan(database)
          times.push({ ours, peer: performance.now() - start })
        }
        const ratio = median(times.map(time => time.ours / time.peer))
        context.report({
          bench: "projection/verify",
          input: `${count} consistent documents, ${mode.label}`,
          metric: "time",
          unit: "ms",
          ours: median(times.map(time => time.ours)),
          peer: median(times.map(time => time.peer)),
          peerName: peer.name,
          ratio,
          better: "lower",
          target: peer.promised ? `≤ ${mode.target}×` : "",
          met: peer.promised ? ratio <= mode.target : null
        })
      }
    database.close()
    await projector.close()
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
