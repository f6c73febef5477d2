import { join } from "node:path"
import { sqliteSink } from "@syncline/adapters/sqlite"
import type { Projector, Sink, VerifyMode } from "@syncline/core"
import { SinkWorkbench } from "@syncline/core/testing"
import { inTemporaryFolder } from "../core/temporary-folder.ts"
import { type Bench, type BenchContext, median } from "../harness/bench.ts"
import { openRaw } from "../store/raw-database.ts"
import { filledSource } from "./documents.ts"

type ModeBench = SinkWorkbench<{ sink(): Sink }>

interface Timed {
  readonly label: string
  readonly mode: VerifyMode
}

const bench = "projection/verify-modes"
const rounds = 5
const rates: readonly number[] = [0.1, 0.01]

/** Each beside everything: what reading less saves, or does not. */
const timed: readonly Timed[] = [
  { label: "a sample of 1,000", mode: { kind: "sample", count: 1000 } },
  { label: "presence by filters, at 1 %", mode: { kind: "bloom", rate: 0.01 } },
  { label: "one prefix in 36", mode: { kind: "documents", prefix: "notes/1" } },
  {
    label: "what changed since the last clean one: nothing",
    mode: { kind: "documents", changedSince: "last-clean" }
  }
]

async function run(context: BenchContext): Promise<void> {
  const count = context.quick ? 1_000 : 100_000
  const { source } = filledSource(count, "random keys")
  await inTemporaryFolder(async folder => {
    const path = join(folder, "sink.db")
    const workbench = new SinkWorkbench({ sink: () => sqliteSink(path) }, source)
    const projector = await workbench.project()
    for (const one of timed) await timeMode(context, workbench, projector, one, count)
    copyRecords(path)
    for (const rate of rates) await measureRate(context, workbench, projector, rate, count)
    await projector.close()
  })
}

async function timeMode(
  context: BenchContext,
  workbench: ModeBench,
  projector: Projector,
  { label, mode }: Timed,
  count: number
): Promise<void> {
  const times: Array<{ ours: number; peer: number }> = []
  for (let round = 0; round < (context.quick ? 2 : rounds); round++) {
    const peer = await timeVerify(workbench, projector, { kind: "full" })
    times.push({ peer, ours: await timeVerify(workbench, projector, mode) })
  }
  context.report({
    bench,
    input: `${count} consistent documents, ${label}`,
    metric: "time",
    unit: "ms",
    ours: median(times.map(({ ours }) => ours)),
    peer: median(times.map(({ peer }) => peer)),
    peerName: "everything, by contents",
    ratio: median(times.map(({ ours, peer }) => ours / peer)),
    better: "lower",
    target: "",
    met: null
  })
}

async function timeVerify(workbench: ModeBench, projector: Projector, mode: VerifyMode): Promise<number> {
  const start = performance.now()
  const report = await workbench.verify(projector, { mode })
  const elapsed = performance.now() - start
  if (!report.clean) throw new Error("the sink is not consistent")
  return elapsed
}

/** How many of the orphans are overlooked, beside how many may be. */
async function measureRate(
  context: BenchContext,
  workbench: ModeBench,
  projector: Projector,
  rate: number,
  orphans: number
): Promise<void> {
  const report = await workbench.verify(projector, { mode: { kind: "bloom", rate }, maxFindings: 0 })
  const overlooked = (orphans - (report.sinks[0]?.counts.orphan ?? 0)) / orphans
  const ratio = overlooked / rate
  context.report({
    bench,
    input: `${orphans} orphans beside as many documents, filters at ${100 * rate} %`,
    metric: "overlooked",
    unit: "share",
    ours: overlooked,
    peer: rate,
    peerName: "the stated rate",
    ratio,
    better: "lower",
    // A thousand orphans scatter by more than a tenth.
    target: context.quick ? "" : "0.9× to 1.1×",
    met: context.quick ? null : ratio >= 0.9 && ratio <= 1.1
  })
}

/** A record without a document for each that has one. */
function copyRecords(path: string): void {
  const database = openRaw(path)
  database.exec(`INSERT INTO syncline_records SELECT id || ' copied', generation, projection, height, deleted, row_count,
    digest, seal FROM syncline_records`)
  database.close()
}

/** Verification that reads less than everything: what it saves, and whether filters overlook as much as they say. */
export const benches: readonly Bench[] = [{ name: bench, run }]
