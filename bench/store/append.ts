import { join } from "node:path"
import { sqliteStore } from "@syncline/adapters/sqlite"
import type { StoreBatch } from "@syncline/core"
import { inTemporaryFolder } from "../core/temporary-folder.ts"
import type { Bench, BenchContext } from "../harness/bench.ts"
import { type Speed, speedRow } from "../harness/speed-row.ts"
import { RawTable } from "./raw-table.ts"
import { Workload } from "./workload.ts"

interface Case {
  readonly durability: "power" | "process"
  readonly batchSize: number
  /** Documents the records spread over: few are a page or two, many are every page of the table. */
  readonly documents: number
}

const target = 0.6
const rounds = 15
/** Records a side writes in a round: enough for a few checkpoints over all rounds. */
const recordsPerRound = 2000
// A commit that waits for the disk takes as long as a thousand that do not.
const waitingAppendsPerRound = 150

const cases: readonly Case[] = (["power", "process"] as const).flatMap(durability =>
  [1, 10, 100, 1000].flatMap(batchSize =>
    [20, 10_000]
      // A batch has one record a document.
      .filter(documents => documents >= batchSize)
      .map(documents => ({ durability, batchSize, documents }))
  )
)

async function runCase(context: BenchContext, one: Case): Promise<void> {
  const { durability, batchSize, documents } = one
  const appends = appendsPerRound(one)
  await inTemporaryFolder(async folder => {
    const session = await sqliteStore(join(folder, "ours.db"), {
      durability,
      stateDirectory: join(folder, "s")
    }).open()
    const raw = new RawTable(join(folder, "raw.db"), durability)
    const workload = new Workload(documents, batchSize)
    const everything = workload.everyDocument()
    await session.append(everything)
    raw.append(everything)
    const speeds: Speed[] = []
    for (let round = 0; round < (context.quick ? 3 : rounds); round++) {
      const batches = Array.from({ length: appends }, () => workload.batch(batchSize))
      const ms = { ours: 0, peer: 0 }
      // Who goes first alternates, so that neither always meets the disk the other left busy.
      for (const side of round % 2 === 0 ? (["ours", "peer"] as const) : (["peer", "ours"] as const))
        ms[side] = await time(batches, batch => (side === "ours" ? session.append(batch) : raw.append(batch)))
      const records = 1000 * appends * batchSize
      speeds.push({ ours: records / ms.ours, peer: records / ms.peer })
    }
    await session.close()
    raw.close()
    const synchronous = durability === "power" ? "FULL" : "NORMAL"
    const head = {
      bench: "store/append",
      input: `synchronous=${synchronous}, ${batchSize} a transaction, over ${documents} documents`,
      peerName: "better-sqlite3, one insert of the same bytes"
    }
    context.report(speedRow(head, { metric: "durable commits", unit: "1/s" }, speeds, target))
  })
}

function appendsPerRound({ durability, batchSize }: Case): number {
  const appends = Math.max(2, Math.ceil(recordsPerRound / batchSize))
  return durability === "power" ? Math.min(appends, waitingAppendsPerRound) : appends
}

async function time(batches: readonly StoreBatch[], append: (batch: StoreBatch) => unknown): Promise<number> {
  const start = performance.now()
  for (const batch of batches) await append(batch)
  return performance.now() - start
}

/** Durable appends beside the same bytes inserted by hand. */
export const benches: readonly Bench[] = [
  {
    name: "store/append",
    run: async context => {
      for (const one of cases) await runCase(context, one)
    }
  }
]
