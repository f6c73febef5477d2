import { memoryStore, type Replica } from "@syncline/core"
import type { Bench, BenchContext } from "../harness/bench.ts"
import { readConcurrentTrace, readTrace, sequentialTraces } from "../traces/editing-trace.ts"
import { replayConcurrent } from "../traces/replay-concurrent.ts"
import { replayTrace } from "../traces/replay-trace.ts"
import { typingTime } from "../traces/typing-time.ts"
import { memoryRoute, openPapers } from "./linked-replicas.ts"
import { watchedStore } from "./watched-store.ts"

const targetBytes = 24

/** What travelled or was stored of some commits, and the bytes of their updates alone. */
interface Sizes {
  readonly commits: number
  readonly bytes: number
  readonly updateBytes: number
}

/** A replica and what it has stored so far; `bytes` are those of log records. */
interface Metered {
  readonly replica: Replica
  readonly counts: { commits: number; updateBytes: number; bytes: number }
}

async function runHeaders(context: BenchContext): Promise<void> {
  for (const name of sequentialTraces) {
    const trace = readTrace(name)
    if (trace === undefined) continue
    const count = Math.min(trace.transactions.length, context.quick ? 500 : Number.POSITIVE_INFINITY)
    const input = `${name}, ${count.toLocaleString("en-US")} commits`
    for (const perTick of [1, 10, 100]) {
      const stored = await storedSizes(replica => replayTrace(replica, trace, { perTick, to: count }))
      report(context, input, `stored, ${perTick} a record`, stored)
    }
    const live = await liveSizes(replica => replayTrace(replica, trace, { perTick: 1, to: count }))
    report(context, input, "live frame, 1 a tick", live)
  }
  await runConcurrent(context)
}

async function runConcurrent(context: BenchContext): Promise<void> {
  const trace = readConcurrentTrace()
  if (trace === undefined) return
  const count = Math.min(trace.transactions.length, context.quick ? 500 : Number.POSITIVE_INFINITY)
  const input = `${trace.name}, ${count.toLocaleString("en-US")} commits of two`
  const other = await open()
  const replay = (replica: Replica) => replayConcurrent([replica, other.replica], trace, count)
  report(context, input, "stored, own 1 a record, others' as merged", await storedSizes(replay))
  await other.replica.close()
  const another = await open()
  const live = await liveSizes(replica => replayConcurrent([replica, another.replica], trace, count))
  report(context, input, "live frame, own 1 a tick, others' as merged", live)
  await another.replica.close()
}

async function storedSizes(work: (replica: Replica) => Promise<unknown>): Promise<Sizes> {
  const { replica, counts } = await open()
  await work(replica)
  await replica.close()
  return counts
}

/** What a replica sends to one that watches: every frame in that direction, greeting and acknowledgements left out. */
async function liveSizes(work: (replica: Replica) => Promise<unknown>): Promise<Sizes> {
  const { replica, counts } = await open()
  const watcher = await open()
  const link = replica.connect(memoryRoute(watcher.replica).transport)
  await link.synced()
  const before = link.metrics.bytesOut
  await work(replica)
  await link.synced()
  const bytes = link.metrics.bytesOut - before
  await replica.close()
  await watcher.replica.close()
  return { ...counts, bytes }
}

async function open(): Promise<Metered> {
  const counts = { commits: 0, updateBytes: 0, bytes: 0 }
  const store = watchedStore(memoryStore(), ({ documents }) => {
    for (const { record } of documents) counts.bytes += record?.bytes.length ?? 0
  })
  const replica = await openPapers(store, {
    identity: "per-opening",
    retainCommits: Number.POSITIVE_INFINITY,
    ports: { time: typingTime() }
  })
  replica.host.onDurable(({ commits }) => {
    counts.commits += commits.length
    for (const { update } of commits) counts.updateBytes += update.length
  })
  return { replica, counts }
}

function report(
  context: BenchContext,
  input: string,
  metric: string,
  { commits, bytes, updateBytes }: Sizes
): void {
  const ours = (bytes - updateBytes) / commits
  const peer = updateBytes / commits
  context.report({
    bench: "core/headers",
    input,
    metric: `beyond the update; ${metric}`,
    unit: "B/commit",
    ours,
    peer,
    peerName: "the Yjs update itself",
    ratio: ours / peer,
    better: "lower",
    target: `<= ${targetBytes} B/commit`,
    met: ours <= targetBytes
  })
}

/** Bytes a commit costs beyond what Yjs made of the edit; below zero where packing compresses the updates as well. */
export const benches: readonly Bench[] = [{ name: "core/headers", run: runHeaders }]
