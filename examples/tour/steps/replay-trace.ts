import { basename } from "node:path"
import * as Y from "yjs"
import { sqliteStore } from "@syncline/adapters/sqlite"
import { openReplica, type Replica } from "@syncline/core"
import { yjs } from "@syncline/core/yjs"
import { bytes, count, duration } from "../format.ts"
import { rawTraffic } from "../raw-yjs.ts"
import { papers, ReplayedWriter, replay } from "../replay.ts"
import type { Tour } from "../tour.ts"
import { readTrace, traceFile } from "../two-writer-trace.ts"
import { Wire } from "../wire.ts"
import { patienceMs } from "./join-replica.ts"

/** Two people typing at once, from a recording, each on a replica of their own. */
export async function replayTrace(tour: Tour, workspace: string): Promise<void> {
  tour.step(
    "Replay",
    "A recording of two people typing at once: each on a replica, hearing of the other when they did."
  )
  const file = traceFile(workspace)
  if (tour.quick && process.env["SYNCLINE_TRACES"] === undefined) return tour.skip("not in quick mode")
  const trace = readTrace(file)
  if (trace === undefined)
    return tour.skip(
      `${process.env["SYNCLINE_TRACES"] === undefined ? basename(file) : file} is not there. Get it from github.com/josephg/editing-traces (concurrent_traces), and set SYNCLINE_TRACES to its folder`
    )

  const replicas = await inTypingOrder(await openPaper(tour, "writer-a"), await openPaper(tour, "writer-b"))
  const writers = [await ReplayedWriter.open(replicas[0]), await ReplayedWriter.open(replicas[1])] as const
  const started = performance.now()
  const progress = tour.screen.progress("typing", trace.transactions.length)
  const merges = await replay(trace, writers, done => progress.at(done))
  progress.end()
  const ms = performance.now() - started
  const [first, second] = writers.map(({ text }) => text)
  tour.say(
    `${count(trace.transactions.length)} commits by two writers, ${count(merges)} merges, ${duration(ms)}`
  )
  tour.check(
    `both end with the recorded text, all ${count(trace.endContent.length)} characters`,
    first === trace.endContent && second === first
  )
  await join(tour, replicas[0], trace.endContent)
  tour.figure(
    "two-writer recording replayed",
    `${count(trace.transactions.length)} commits, ${count((1_000 * trace.transactions.length) / ms)}/s`
  )
  for (const replica of replicas) await replica.close()
}

/**
 * Where both typed at the same place, the recording has writer 0's text first. Yjs puts the lower client id's first, and
 * those are random: so the replica with the lower one is writer 0.
 */
async function inTypingOrder(a: Replica, b: Replica): Promise<readonly [Replica, Replica]> {
  return (await clientOf(a)) < (await clientOf(b)) ? [a, b] : [b, a]
}

async function clientOf(replica: Replica): Promise<number> {
  return (await nativePaper(replica)).clientID
}

async function nativePaper(replica: Replica): Promise<Y.Doc> {
  return (await replica.load(papers, "paper")).native as Y.Doc
}

/** Somebody who was not there gets the whole conversation. */
async function join(tour: Tour, replica: Replica, expected: string): Promise<void> {
  const wire = await Wire.open(replica)
  const reader = await openPaper(tour, "reader")
  const started = performance.now()
  await reader.connect(wire.transport).synced(AbortSignal.timeout(patienceMs))
  const ms = performance.now() - started
  const raw = rawTraffic([[await nativePaper(replica), new Y.Doc()]])
  tour.say(`a third replica joins in ${duration(ms)}: ${bytes(wire.bytes)} on the wire`)
  tour.say(`raw Yjs: ${bytes(raw.bytes)}; deflated: ${bytes(raw.deflated)}`)
  tour.check("it reads the same text", (await reader.load(papers, "paper")).value.body === expected)
  await reader.close()
  await wire.cut()
}

/** Every commit is durable before the next one is made; losing power is not what this step is about. */
function openPaper(tour: Tour, name: string): Promise<Replica> {
  return openReplica({
    store: sqliteStore(tour.path(`${name}.db`), {
      stateDirectory: tour.stateDirectory,
      durability: "process"
    }),
    engine: yjs(),
    collections: [papers]
  })
}
