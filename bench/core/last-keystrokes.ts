import * as Y from "yjs"
import type { Bench, BenchContext } from "../harness/bench.ts"
import { readTrace } from "../traces/editing-trace.ts"
import { replayTrace } from "../traces/replay-trace.ts"
import { typingTime } from "../traces/typing-time.ts"
import { frameMeter } from "./frame-meter.ts"
import { emptyStore, memoryRoute, openPapers } from "./linked-replicas.ts"

const keystrokes = 100
const targetBytes = 800

/** A peer that was here before comes back and lacks the last keystrokes, each of which was a commit and a record. */
async function runLastKeystrokes(context: BenchContext): Promise<void> {
  const trace = readTrace("automerge-paper")
  if (trace === undefined) return
  const to = context.quick ? 5_000 : trace.transactions.length
  const source = await openPapers(emptyStore("memory", "", "source"), { ports: { time: typingTime() } })
  const document = await replayTrace(source, trace, { perTick: 1000, to: to - keystrokes })
  const back = await openPapers(emptyStore("memory", "", "back"))
  const first = back.connect(memoryRoute(source).transport)
  // Both ends must know that they are equal, or the next greeting finds a cursor on one side only.
  await Promise.all([first, ...source.links].map(link => link.synced()))
  first.close()
  const native = document.native as Y.Doc
  const known = Y.encodeStateVector(native)
  await replayTrace(source, trace, { perTick: 1, from: to - keystrokes, to })
  const meter = frameMeter(memoryRoute(source).transport)
  const link = back.connect(meter.transport)
  await link.synced()
  await source.close()
  await back.close()
  const figures = [
    { metric: "largest frame (the commits)", ours: Math.max(...meter.received), target: targetBytes },
    // Greeting, comparison of roots and acknowledgements take the same whatever is missing.
    { metric: "all frames, both ways", ours: link.metrics.bytesIn + link.metrics.bytesOut, target: undefined }
  ]
  const peer = Y.encodeStateAsUpdate(native, known).length
  for (const { metric, ours, target } of figures)
    context.report({
      bench: "core/last-keystrokes",
      input: `${trace.name} after ${to.toLocaleString("en-US")} commits, ${keystrokes} missing`,
      metric,
      unit: "B",
      ours,
      peer,
      peerName: "Y.encodeStateAsUpdate since a vector",
      ratio: ours / peer,
      better: "lower",
      target: target === undefined ? "" : `<= ${target} B`,
      met: target === undefined ? null : ours <= target
    })
}

/** A known peer catches up over the sync protocol. */
export const benches: readonly Bench[] = [{ name: "core/last-keystrokes", run: runLastKeystrokes }]
