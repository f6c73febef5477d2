import { type Bench, type BenchContext, median } from "../harness/bench.ts"
import { lowerRow } from "../harness/lower-row.ts"
import { growthMetrics } from "./growth-chart.ts"
import { inSyncChild } from "./in-sync-child.ts"
import type { KnownCost, KnownOrder } from "./known-order.ts"
import type { PeersFigures, PeersOrder } from "./peers-order.ts"

const changed = 10
/** Reconnections measured of each number of documents, of replicas that ran and of those that did not. */
const rounds = { running: 7, restarted: 3 }
const quickRounds = { running: 1, restarted: 1 }
const silenceMs = 500
/** A million take minutes to make and some 10 GB: measured where this is set. */
const million = process.env["SYNCLINE_BENCH_MILLION"] === "1"

/** Beside Hocuspocus as far as that is done within a minute. */
const peerMost = 10_000

const most = { bytes: 1.2, ms: 2 } as const

/** What a reconnection cost, by whether the replicas were running before. */
interface Costs {
  readonly running: { readonly bytes: number; readonly ms: number }
  readonly restartedMs: number
}

async function runGrowth(context: BenchContext): Promise<void> {
  const sizes = context.quick ? [100, 1_000] : [1_000, 10_000, 100_000, ...(million ? [1_000_000] : [])]
  let least: Costs | undefined
  for (const documents of sizes) {
    const costs = await costsOf(documents, context.quick)
    least ??= costs
    const input = `${documents.toLocaleString("en-US")} documents, ${changed} changed, known peer`
    if (costs !== least)
      reportFlat(context, input, costs, least, `${sizes[0]?.toLocaleString("en-US")} documents`)
    if (!context.quick && documents <= peerMost) await reportBeside(context, input, costs, documents)
  }
}

async function costsOf(documents: number, quick: boolean): Promise<Costs> {
  const times = quick ? quickRounds : rounds
  const order: KnownOrder = {
    documents,
    silenceMs: quick ? 100 : silenceMs,
    steps: [
      { changed: 0 },
      ...Array.from({ length: times.running }, () => ({ changed })),
      ...Array.from({ length: times.restarted }, () => ({ changed, restarted: true }))
    ]
  }
  const [, ...costs] = (await inSyncChild<readonly KnownCost[]>("known-child.ts", order)) ?? []
  const [running, restarted] = [costs.slice(0, times.running), costs.slice(times.running)]
  return {
    running: {
      bytes: median(running.map(cost => cost.bytes)),
      ms: median(running.map(cost => cost.equalMs))
    },
    restartedMs: median(restarted.map(cost => cost.equalMs))
  }
}

/** Beside the same with the fewest documents: what grows, and what does not. */
function reportFlat(
  context: BenchContext,
  input: string,
  costs: Costs,
  least: Costs,
  peerName: string
): void {
  const { bytes, ms, restartedMs } = growthMetrics
  const head = { bench: "sync/growth", input, peerName }
  const { running, restartedMs: started } = costs
  context.report(
    lowerRow(head, { metric: bytes, unit: "B", ours: running.bytes, peer: least.running.bytes }, most.bytes)
  )
  context.report(
    lowerRow(head, { metric: ms, unit: "ms", ours: running.ms, peer: least.running.ms }, most.ms)
  )
  context.report(lowerRow(head, { metric: restartedMs, unit: "ms", ours: started, peer: least.restartedMs }))
}

async function reportBeside(
  context: BenchContext,
  input: string,
  costs: Costs,
  documents: number
): Promise<void> {
  const order: PeersOrder = { contender: "Hocuspocus", documents, changes: [changed], silenceMs }
  const figures = await inSyncChild<PeersFigures>("peers-child.ts", order)
  const cost = figures?.reconnects[0]
  if (cost === undefined) return
  const head = { bench: "sync/growth", input, peerName: "Hocuspocus" }
  const { bytes, ms } = growthMetrics
  context.report(lowerRow(head, { metric: bytes, unit: "B", ours: costs.running.bytes, peer: cost.bytes }))
  context.report(lowerRow(head, { metric: ms, unit: "ms", ours: costs.running.ms, peer: cost.equalMs }))
}

/** How a reconnection's cost grows with the documents that did not change. */
export const benches: readonly Bench[] = [{ name: "sync/growth", run: runGrowth }]
