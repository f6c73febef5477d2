import { fork } from "node:child_process"
import { join } from "node:path"
import { inTemporaryFolder } from "../core/temporary-folder.ts"
import { type Bench, type BenchContext, median } from "../harness/bench.ts"
import { lowerRow } from "../harness/lower-row.ts"
import type { MigrationFigures, MigrationOrder } from "./migration-order.ts"

const rounds = 3
const wantedRatio = 0.5
const allowedMebibytes = 150

async function run(context: BenchContext): Promise<void> {
  const documents = context.quick ? 1_000 : 100_000
  const measured = await inTemporaryFolder(async folder => {
    const order = { folder, documents }
    await inChild({ ...order, stage: "fill", round: 0 })
    const found: { readonly ours: MigrationFigures; readonly raw: MigrationFigures }[] = []
    for (let round = 0; round < (context.quick ? 1 : rounds); round++) {
      const ours = await inChild({ ...order, stage: "migrate", round })
      found.push({ ours, raw: await inChild({ ...order, stage: "raw", round }) })
    }
    return found
  })
  const input = `a sink added to a SQLite store with ${documents.toLocaleString("en-US")} documents`
  const perSecond = (ms: number): number => (1000 * documents) / ms
  const speed = (metric: string, read: (figures: MigrationFigures) => number, target: boolean): void => {
    const ratio = median(measured.map(({ ours, raw }) => raw.filledMs / read(ours)))
    context.report({
      bench: "migration/migration",
      input,
      metric,
      unit: "documents/s",
      ours: median(measured.map(({ ours }) => perSecond(read(ours)))),
      peer: median(measured.map(({ raw }) => perSecond(raw.filledMs))),
      peerName: "raw prepared upserts of the same rows, made beforehand",
      ratio,
      better: "higher",
      target: target ? `≥ ${wantedRatio}×` : "",
      met: target ? ratio >= wantedRatio : null
    })
  }
  speed("filled", ({ filledMs }) => filledMs, true)
  speed("filled, verified and serving", ({ doneMs }) => doneMs, false)
  const cpu = (figures: MigrationFigures): number => (1000 * figures.filledCpuMs) / documents
  const filling = {
    metric: "processor time of filling",
    unit: "µs/document",
    ours: median(measured.map(({ ours }) => cpu(ours))),
    peer: median(measured.map(({ raw }) => cpu(raw)))
  }
  const head = { bench: "migration/migration", input }
  context.report(lowerRow({ ...head, peerName: "raw prepared upserts" }, filling))
  const memory = (metric: string, read: (figures: MigrationFigures) => number, limit?: number): void => {
    const ours = median(measured.map(figures => read(figures.ours))) / 2 ** 20
    const figure = { metric, unit: "MiB", ours, peer: allowedMebibytes }
    context.report(lowerRow({ ...head, peerName: `${allowedMebibytes} MiB` }, figure, limit))
  }
  memory("most resident, above the start", ({ peakBytes }) => peakBytes, 1)
  memory("held when done and collected, above the start", ({ heldBytes }) => heldBytes)
}

function inChild(order: MigrationOrder): Promise<MigrationFigures> {
  return new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, "migration-child.ts"), [JSON.stringify(order)], {
      execArgv: ["--expose-gc", "--conditions=@syncline/source"],
      stdio: ["ignore", 2, 2, "ipc"]
    })
    child.on("message", message => resolve(message as MigrationFigures))
    child.on("error", reject)
    child.on("close", code => reject(new Error(`the process that was to ${order.stage} ended with ${code}`)))
  })
}

/** A store's documents into a new sink, from opening until it serves, beside its rows written by hand. */
export const benches: readonly Bench[] = [{ name: "migration/migration", run }]
