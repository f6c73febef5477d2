import { join } from "node:path"
import { inTemporaryFolder } from "../core/temporary-folder.ts"
import { type Bench, type BenchContext, median } from "../harness/bench.ts"
import { inChild } from "../harness/in-child.ts"
import { lowerRow } from "../harness/lower-row.ts"
import { speedRow } from "../harness/speed-row.ts"
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
    await inStageChild({ ...order, stage: "fill", round: 0 })
    const found: Round[] = []
    for (let round = 0; round < (context.quick ? 1 : rounds); round++)
      found.push({
        ours: await inStageChild({ ...order, stage: "migrate", round }),
        raw: await inStageChild({ ...order, stage: "raw", round }),
        byHand: await inStageChild({ ...order, stage: "by hand", round })
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
    const speeds = measured.map(round => ({
      ours: perSecond(read(round.ours)),
      peer: perSecond(round[name].filledMs)
    }))
    const head = { bench: "migration/migration", input, peerName: peers[name] }
    context.report(speedRow(head, { metric, unit: "documents/s" }, speeds, target ? wantedRatio : undefined))
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

function inStageChild(order: MigrationOrder): Promise<MigrationFigures> {
  return inChild(join(import.meta.dirname, "migration-child.ts"), order)
}

/** A store's documents into a new sink, from opening until it serves, beside its rows written alone, and made of Yjs documents by hand. */
export const benches: readonly Bench[] = [{ name: "migration/migration", run }]
