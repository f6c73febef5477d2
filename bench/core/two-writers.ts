import { engines, LinkedWriters } from "../../test/traces/linked-writers.ts"
import { rawWriters } from "../../test/traces/raw-writers.ts"
import { play, scheduleOf } from "../../test/traces/schedule.ts"
import type { Bench, BenchContext } from "../harness/bench.ts"
import { type ConcurrentTrace, readConcurrentTrace } from "../traces/editing-trace.ts"
import { elapsedMs, interleaved } from "./interleaved.ts"

const name = "core/two-writers"

/** How much of the recording: an update of Automerge takes as long as the document is, so all of it takes minutes. */
const lengths = { yjs: 26_078, automerge: 6_000 } as const
const quickLength = 1_000

async function runTwoWriters(context: BenchContext): Promise<void> {
  const trace = readConcurrentTrace()
  if (trace === undefined) return
  for (const engine of ["yjs", "automerge"] as const) {
    const transactions = trace.transactions.slice(0, context.quick ? quickLength : lengths[engine])
    await measure(context, engine, { ...trace, transactions })
  }
}

/** Two replicas in memory, each edit on the state it was made on, against two documents of the library. */
async function measure(
  context: BenchContext,
  engine: keyof typeof engines,
  trace: ConcurrentTrace
): Promise<void> {
  const steps = scheduleOf(trace)
  const identities =
    engine === "yjs" ? ([2 ** 31, 2 ** 31 + 1] as const) : (["80".repeat(8), "81".repeat(8)] as const)
  const bytes = { ours: 0, peer: 0 }
  const ours = async (): Promise<number> => {
    const linked = await LinkedWriters.open(engine, "memory")
    const took = await elapsedMs(async () => {
      await play(linked, steps)
      await linked.settle()
    })
    bytes.ours = linked.link.metrics.bytesIn + linked.link.metrics.bytesOut
    await linked.close()
    return took
  }
  const peer = async (): Promise<number> => {
    const library = rawWriters(engines[engine], identities)
    const took = await elapsedMs(() => play(library, steps))
    bytes.peer = library.bytes
    return took
  }
  const row = {
    bench: name,
    input: `${trace.name}, ${trace.transactions.length.toLocaleString("en-US")} commits of two, ${engine}`,
    better: "lower",
    target: "",
    met: null
  } as const
  const time = await interleaved(context.quick ? 1 : 3, ours, peer)
  context.report({
    ...row,
    ...time,
    metric: "typed, sent, merged, stored",
    unit: "ms",
    peerName: `${engine} alone, nothing stored`
  })
  context.report({
    ...row,
    ...bytes,
    ratio: bytes.ours / bytes.peer,
    metric: "all frames, both ways",
    unit: "B",
    peerName: `updates of ${engine}, one a commit`
  })
}

/** Two people typing over a link, as they did. */
export const benches: readonly Bench[] = [{ name, run: runTwoWriters }]
