import { memoryStore, openReplica, type Replica } from "@syncline/core"
import { FaultyNetwork, noFaults, SeededRandom, VirtualTime } from "@syncline/core/testing"
import { yjs } from "@syncline/core/yjs"
import { type Bench, type BenchContext, median } from "../harness/bench.ts"
import { papers } from "../traces/replay-trace.ts"

/** Who writes, and how fast: milliseconds from one commit to the next, at random between these. */
interface Writing {
  readonly input: string
  readonly writers: readonly (0 | 1)[]
  readonly leastMs: number
  readonly mostMs: number
}

const writings: readonly Writing[] = [
  {
    input: "two people typing, a key every 60 to 360 ms each",
    writers: [0, 1],
    leastMs: 60,
    mostMs: 360
  },
  { input: "a slider, a commit every 8 ms", writers: [0], leastMs: 8, mostMs: 8 },
  {
    input: "thirty people typing, seen by one reader",
    writers: Array.from({ length: 30 }, () => 0 as const),
    leastMs: 60,
    mostMs: 360
  }
]

/** What a run came to. */
interface Cost {
  readonly bytes: number
  readonly frames: number
  readonly waitMs: number
}

async function runBatching(context: BenchContext): Promise<void> {
  const forMs = context.quick ? 2_000 : 20_000
  for (const writing of writings) {
    const [ours, peer] = [await costOf(writing, forMs, undefined), await costOf(writing, forMs, 0)]
    const report = (metric: string, unit: string, cost: keyof Cost): void =>
      context.report({
        bench: "sync/batching",
        input: writing.input,
        metric,
        unit,
        ours: ours[cost],
        peer: peer[cost],
        peerName: "batchIntervalMs 0",
        ratio: ours[cost] / peer[cost],
        better: "lower",
        target: "",
        met: null
      })
    report("bytes a commit, both directions", "B", "bytes")
    report("frames a commit, both directions", "", "frames")
    report("from the change until it is durable there, median (virtual time)", "ms", "waitMs")
  }
}

/** Two replicas with one document for each who writes, in virtual time, over a line that takes up to 5 ms. */
async function costOf(
  { writers, leastMs, mostMs }: Writing,
  forMs: number,
  batchIntervalMs: number | undefined
): Promise<Cost> {
  const [time, random] = [new VirtualTime(), new SeededRandom(7)]
  const network = new FaultyNetwork({ timers: time, now: () => time.nowMs(), random, faults: noFaults })
  const open = (): Promise<Replica> =>
    openReplica({ store: memoryStore(), engine: yjs(), collections: [papers], ports: time.ports(random) })
  const replicas = [await time.during(open()), await time.during(open())] as const
  const options = batchIntervalMs === undefined ? {} : { limits: { batchIntervalMs } }
  const link = replicas[0].connect(
    network.transport("line", connection => void replicas[1].accept(connection, options)),
    options
  )
  await time.during(link.synced())
  const before = link.metrics
  const made: number[] = []
  const waits: number[] = []
  const madeAt = new Map<string, number>()
  for (const replica of replicas)
    replica.host.onDurable(({ commits, origin }) => {
      for (const { document, dot } of commits) {
        const name = `${document} ${dot.actor} ${dot.seq}`
        if (origin === undefined) madeAt.set(name, time.nowMs())
        else waits.push(time.nowMs() - (madeAt.get(name) ?? Number.NaN))
      }
    })
  await Promise.all(
    writers.map(async (side, number) => {
      const document = await replicas[side].load(papers, `paper ${number}`)
      let length = 0
      const type = (): void => {
        document.text("body").insert(length++, "x")
        made.push(time.nowMs())
        const restMs = leastMs + random.integer(mostMs - leastMs + 1)
        if (time.nowMs() + restMs < forMs) time.schedule(restMs, type)
      }
      time.schedule(random.integer(mostMs), type)
    })
  )
  await time.advance(forMs + 2_000)
  if (waits.length !== made.length)
    throw new Error(`${made.length} commits were made, and ${waits.length} arrived`)
  const { bytesIn, bytesOut, framesIn, framesOut } = link.metrics
  for (const replica of replicas) await time.during(replica.close())
  return {
    bytes: (bytesIn + bytesOut - before.bytesIn - before.bytesOut) / made.length,
    frames: (framesIn + framesOut - before.framesIn - before.framesOut) / made.length,
    waitMs: median(waits)
  }
}

/** What it brings that commits wait a frame of a screen for each other, and what it costs. */
export const benches: readonly Bench[] = [{ name: "sync/batching", run: runBatching }]
