import { join } from "node:path"
import { sqliteSink, sqliteStore } from "@syncline/adapters/sqlite"
import { type Document, openReplica, type Replica } from "@syncline/core"
import { yjs } from "@syncline/core/yjs"
import { inTemporaryFolder } from "../core/temporary-folder.ts"
import { type Bench, type BenchContext, median } from "../harness/bench.ts"

const commitsPerSecond = 2_000
const documents = 1_000
/** Arrivals are spread as finely as a timer allows. */
const tickMs = 4
/** Short rounds in turns: on a machine shared with others both sides then see the same of them. */
const roundSeconds = 2

/** What one round came to; times in milliseconds. */
interface Round {
  readonly p50: number
  readonly p99: number
  /** Of the process, for each commit; what the sink needs included. Unlike the times, it hardly depends on who else uses the machine. */
  readonly cpuMs: number
  /** Commits that arrived in a second, as measured: the machine may not keep up. */
  readonly rate: number
  /** Lag of the sink, sampled at every tick; 0 without one. */
  readonly lagP99: number
}

/** How a store is opened; the first is the default. With it a commit waits for the disk, which hides some of what a sink costs, and adds what it writes to the same disk. */
const durabilities = ["power", "process"] as const
type Durability = (typeof durabilities)[number]

async function run(context: BenchContext): Promise<void> {
  for (const durability of durabilities) await runWith(context, durability)
}

async function runWith(context: BenchContext, durability: Durability): Promise<void> {
  const seconds = context.quick ? 0.5 : roundSeconds
  const rounds = context.quick ? 2 : 16
  const withSink: Round[] = []
  const without: Round[] = []
  await inTemporaryFolder(async folder => {
    const ours = await openSide(folder, "ours", durability, true)
    const plain = await openSide(folder, "plain", durability, false)
    for (const side of [ours, plain]) await arrive(side, 1)
    for (let round = 0; round < rounds; round++) {
      // The same disk and the same cores, one after the other, each first as often.
      const order = round % 2 === 0 ? [ours, plain] : [plain, ours]
      for (const side of order) (side === ours ? withSink : without).push(await arrive(side, seconds))
    }
    for (const { replica } of [ours, plain]) await replica.close()
  })
  report(context, `durability "${durability}"`, seconds, withSink, without)
}

interface Side {
  readonly replica: Replica
  readonly notes: readonly Document[]
  readonly hasSink: boolean
  commits: number
}

async function openSide(
  folder: string,
  name: string,
  durability: Durability,
  hasSink: boolean
): Promise<Side> {
  const stateDirectory = join(folder, `${name}-state`)
  const replica = await openReplica({
    store: sqliteStore(join(folder, `${name}.db`), { durability, stateDirectory }),
    engine: yjs(),
    sinks: hasSink ? [sqliteSink(join(folder, `${name}-rows.db`))] : []
  })
  const notes = await Promise.all(Array.from({ length: documents }, (_, n) => replica.load(`notes/${n}`)))
  return { replica, notes, hasSink, commits: 0 }
}

/** Commits at the rate for so many seconds, and how long each took from `change` to durable. */
async function arrive(side: Side, seconds: number): Promise<Round> {
  const took: number[] = []
  const lags: number[] = []
  const pending: Promise<void>[] = []
  const cpu = process.cpuUsage()
  const begun = performance.now()
  for (let made = 0; ; ) {
    const elapsed = performance.now() - begun
    if (elapsed >= seconds * 1000) break
    // What is due by now: a tick that came late brings what it missed, as a queue before the application would.
    for (const due = (elapsed * commitsPerSecond) / 1000; made < due; made++) pending.push(commit(side, took))
    if (side.hasSink) lags.push(side.replica.sink("sqlite").status.lagMs)
    await new Promise<void>(resolve => setTimeout(resolve, tickMs))
  }
  await Promise.all(pending)
  const rate = (1000 * took.length) / (performance.now() - begun)
  if (side.hasSink) await side.replica.sink("sqlite").flush()
  const { user, system } = process.cpuUsage(cpu)
  return {
    p50: quantile(took, 0.5),
    p99: quantile(took, 0.99),
    cpuMs: (user + system) / 1000 / took.length,
    rate,
    lagP99: quantile(lags, 0.99)
  }
}

async function commit(side: Side, took: number[]): Promise<void> {
  const note = side.notes[(side.commits * 7919) % documents]
  const n = side.commits++
  const begun = performance.now()
  await note?.change(draft => Object.assign(draft, { n, title: `title ${n}` })).durable
  took.push(performance.now() - begun)
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
}

function report(
  context: BenchContext,
  how: string,
  seconds: number,
  withSink: readonly Round[],
  without: readonly Round[]
): void {
  const rate = Math.round(median(withSink.map(each => each.rate)))
  const input = `${commitsPerSecond} commits/s to ${documents} documents in rounds of ${seconds} s, ${how} (${rate}/s came)`
  const bench = "projection/write-behind"
  const lag = median(withSink.map(each => each.lagP99))
  // Where less came than was to come, nothing was shown.
  const isLoaded = rate >= 0.95 * commitsPerSecond
  context.report({
    bench,
    input,
    metric: "lag of the SQLite sink, p99",
    unit: "ms",
    ours: lag,
    peer: 1000,
    peerName: "what is asked for",
    ratio: lag / 1000,
    better: "lower",
    target: "< 1,000 ms",
    met: isLoaded && lag < 1000
  })
  for (const [which, metric] of [
    ["p50", "commit to durable, p50"],
    ["p99", "commit to durable, p99"],
    ["cpuMs", "CPU time for each commit"]
  ] as const) {
    const ratio = median(withSink.map((each, round) => each[which] / (without[round]?.[which] ?? Number.NaN)))
    context.report({
      bench,
      input,
      metric,
      unit: "ms",
      ours: median(withSink.map(each => each[which])),
      peer: median(without.map(each => each[which])),
      peerName: "the same replica without a sink",
      ratio,
      better: "lower",
      target: "≤ 1.2×",
      met: isLoaded && ratio <= 1.2
    })
  }
}

/** A sink fed write-behind while commits arrive: how far it is behind, and what that costs those who commit. */
export const benches: readonly Bench[] = [{ name: "projection/write-behind", run }]
