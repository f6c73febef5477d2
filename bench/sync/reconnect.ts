import type { Bench, BenchContext, BenchRow } from "../harness/bench.ts"
import { inSyncChild } from "./in-sync-child.ts"
import type { KnownCost, KnownOrder } from "./known-order.ts"

const rootBytes = 32
const equalTarget = 160
const overheadTarget = 2_000
/** Many times what the ends take to answer. */
const delayMs = 250

async function runReconnect(context: BenchContext): Promise<void> {
  const documents = context.quick ? 1_000 : 100_000
  const changed = 100
  const order: KnownOrder = {
    documents,
    silenceMs: context.quick ? 100 : 500,
    steps: [{ changed: 0 }, { changed }, { changed, delayMs: context.quick ? 50 : delayMs }]
  }
  const [equal, differing, delayed] = (await inSyncChild<readonly KnownCost[]>("known-child.ts", order)) ?? []
  if (equal === undefined || differing === undefined || delayed === undefined)
    throw new Error("a reconnection was not measured")
  const all = `${documents.toLocaleString("en-US")} documents`
  const report = (
    row: Pick<BenchRow, "input" | "metric" | "unit" | "ours" | "peer" | "peerName"> & Partial<BenchRow>
  ) =>
    context.report({
      bench: "sync/reconnect",
      ratio: row.ours / row.peer,
      better: "lower",
      target: "",
      met: null,
      ...row
    })
  report({
    input: `${all}, nothing changed, known peer`,
    metric: "bytes on the wire, both ways",
    unit: "B",
    ours: equal.bytes,
    peer: rootBytes,
    peerName: "a 32-byte root",
    target: `<= ${equalTarget} B`,
    met: equal.bytes <= equalTarget
  })
  const input = `${all}, ${changed} changed, known peer`
  const overhead = differing.bytes - differing.updateBytes
  report({
    input,
    metric: "bytes beyond the updates, both ways",
    unit: "B",
    ours: overhead,
    peer: differing.updateBytes,
    peerName: "the engine's updates, no headers",
    target: `<= ${overheadTarget} B`,
    met: overhead <= overheadTarget
  })
  reportTrips(report, input, delayed)
}

/** The greeting is the level before: it finds equal roots. What finds and moves the changes comes after it. */
function reportTrips(
  report: (
    row: Pick<BenchRow, "input" | "metric" | "unit" | "ours" | "peer" | "peerName"> & Partial<BenchRow>
  ) => void,
  input: string,
  { turns, turnsUntilThere }: KnownCost
): void {
  const trips = turnsUntilThere / 2
  const least = { unit: "round trips", peer: 1, peerName: "asking and getting" } as const
  const metric = "until all changes are there"
  report({
    ...least,
    input,
    metric: `${metric}, after the greeting`,
    ours: trips - 1,
    target: "<= 1",
    met: trips - 1 <= 1
  })
  report({ ...least, input, metric: `${metric}, greeting included`, ours: trips })
  report({ ...least, input, metric: "until roots were compared again, greeting included", ours: turns / 2 })
}

/** What a reconnection costs beyond what changed, where both remember each other. */
export const benches: readonly Bench[] = [{ name: "sync/reconnect", run: runReconnect }]
