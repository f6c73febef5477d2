import { fork } from "node:child_process"
import { join } from "node:path"
import { inTemporaryFolder } from "../core/temporary-folder.ts"
import { type Bench, type BenchContext, median } from "../harness/bench.ts"
import { lowerRow } from "../harness/lower-row.ts"
import type { MigrationFigures, MigrationOrder } from "./migration-order.ts"

const rounds = 3
const wantedRatio = 0.5
const allowedMebibytes = 150

/** What is filled beside us. */
const peers = {
  raw: "raw prepared upserts of the same rows, made beforehand",
  byHand: "Yjs states read from a table, applied, and their rows upserted by hand"
} as const

type Round = Readonly<Record<"ours" | keyof typeof peers, MigrationFigures>>

async function run(context: BenchContext): Promise<void> {
  const documents = context.quick ? 1_000 : 100_000
  const measured = await inTemporaryFolder(async folder => {
    const order = { folder, documents }
    await inChild({ ...order, stage: "fill", round: 0 })
    const found: Round[] = []
    for (let round = 0; round < (context.quick ? 1 : rounds); round++)
      found.push({
        ours: await inChild({ ...order, stage: "migrate", round }),
        raw: await inChild({ ...order, stage: "raw", round }),
        byHand: await inChild({ ...order, stage: "by hand", round })
      })
    return found
  })
  const input = `a sink added to a SQLite store with ${documents.toLocaleString("en-US")} documents`
  const perSecond = (ms: number): number => (1000 * documents) / ms
  const speed = (
    metric: string,
    read: (figures: MigrationFigures) => number,
    name: keyof typeof peers,
    target: boolean
  ): void => {
    const ratio = median(measured.map(round => round[name].filledMs / read(round.ours)))
    context.report({
      bench: "migration/migration",
      input,
      metric,
      unit: "documents/s",
      ours: median(measured.map(({ ours }) => perSecond(read(ours)))),
      peer: median(measured.map(round => perSecond(round[name].filledMs))),
      peerName: peers[name],
      ratio,
      better: "higher",
      target: target ? `≥ ${wantedRatio}×` : "",
      met: target ? ratio >= wantedRatio : null
    })
  }
  speed("filled", ({ filledMs }) => filledMs, "raw", true)
  speed("filled", ({ filledMs }) => filledMs, "byHand", false)
  speed("filled, verified and serving", ({ doneMs }) => doneMs, "raw", false)
  const head = { bench: "migration/migration", input }
  const cpu = (figures: MigrationFigures): number => (1000 * figures.filledCpuMs) / documents
  for (const [name, peerName] of [
    ["raw", peers.raw],
    ["byHand", peers.byHand]
  ] as const)
    context.report(
      lowerRow(
        { ...head, peerName },
        {
          metric: "processor time of filling",
          unit: "µs/document",
          ours: median(measured.map(({ ours }) => cpu(ours))),
          peer: median(measured.map(round => cpu(round[name])))
        }
      )
    )
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

/** A store's documents into a new sink, from opening until it serves, beside its rows written alone, and made of Yjs documents by hand. */
export const benches: readonly Bench[] = [{ name: "migration/migration", run }]
