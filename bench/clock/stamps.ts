import { type HlcStamp, HybridLogicalClock } from "@syncline/clock"
import { type Bench, type BenchContext, pair } from "../harness/bench.ts"

const TARGET = 1.5
// Calls in one timed function, so that calling through the harness is not what is measured.
const CALLS = 100

function repeated(call: () => number): () => number {
  return () => {
    let sum = 0
    for (let i = 0; i < CALLS; i++) sum += call()
    return sum
  }
}

function runNow(context: BenchContext): void {
  const clock = new HybridLogicalClock({ nowMs: Date.now })
  const speed = pair(
    repeated(() => clock.now()),
    repeated(() => Date.now()),
    { minTimeMs: context.quick ? 10 : 1000 }
  )
  reportTimes(context, "now", speed, TARGET)
}

function runObserve(context: BenchContext): void {
  const clock = new HybridLogicalClock({ nowMs: Date.now })
  const speed = pair(
    repeated(() => {
      const stamps: [HlcStamp] = [clock.now()]
      clock.prepare(stamps).commit()
      return stamps[0]
    }),
    repeated(() => Date.now()),
    { minTimeMs: context.quick ? 10 : 1000 }
  )
  reportTimes(context, "now, then prepare and commit of one stamp", speed, undefined)
}

function reportTimes(
  context: BenchContext,
  input: string,
  speed: { readonly ours: number; readonly peer: number; readonly ratio: number },
  target: number | undefined
): void {
  // Times a call, so the ratio is the other way round than that of the speeds.
  const ratio = 1 / speed.ratio
  context.report({
    bench: "clock/hlc",
    input,
    metric: "time",
    unit: "ns/call",
    ours: 1e9 / (speed.ours * CALLS),
    peer: 1e9 / (speed.peer * CALLS),
    peerName: "Date.now()",
    ratio,
    better: "lower",
    target: target === undefined ? "" : `<= ${target}x`,
    met: target === undefined ? null : ratio <= target
  })
}

function run(context: BenchContext): void {
  runNow(context)
  runObserve(context)
}

/** What a stamp costs beside the wall clock reading it is made of. */
export const benches: readonly Bench[] = [{ name: "clock/hlc", run }]
