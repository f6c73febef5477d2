import { applySplices, diffText } from "@syncline/diff/text"
import { diffChars } from "diff"
import fastDiff from "fast-diff"
import { type Bench, type BenchContext, kept, pair } from "../harness/bench.ts"
import { type TextCase, textCases, unrelatedCases } from "./text-cases.ts"

// fast-diff is the quickest on npm, diff the one most used and maintained; both give a shortest script of characters.
const peers = [
  { peerName: "fast-diff", diff: (before: string, after: string) => fastDiff(before, after) },
  { peerName: "diff", diff: (before: string, after: string) => diffChars(before, after) }
]

const SLOW_MS = 250

function runEdits(context: BenchContext): void {
  for (const { input, before, after } of textCases(context.quick ? 20_000 : 100_000)) {
    if (applySplices(before, diffText(before, after)) !== after)
      throw new Error(`wrong difference for ${input}`)
    for (const { peerName, diff } of peers) {
      const time = pairedMs(
        () => diffText(before, after),
        () => diff(before, after),
        context.quick
      )
      context.report({
        bench: "diff/text",
        input,
        unit: "ms",
        ...time,
        peerName,
        better: "lower",
        target: "",
        met: null
      })
    }
    reportSize(context, "diff/text", { input, before, after })
  }
}

function runUnrelated(context: BenchContext): void {
  for (const unrelated of unrelatedCases(context.quick ? 2_000 : 20_000)) {
    const { input, before, after } = unrelated
    const time = pairedMs(
      () => diffText(before, after),
      () => fastDiff(before, after),
      context.quick
    )
    const peerName = "fast-diff"
    const bench = "diff/text-unrelated"
    context.report({ bench, input, unit: "ms", ...time, peerName, better: "lower", target: "", met: null })
    reportSize(context, bench, unrelated)
  }
}

/** Times of one call; of a single one where the peer takes so long that more would only cost patience. */
function pairedMs(
  ours: () => unknown,
  peer: () => unknown,
  quick: boolean
): { metric: string; ours: number; peer: number; ratio: number } {
  const single = { ours: elapsedMs(ours), peer: elapsedMs(peer) }
  if (single.peer > SLOW_MS) return { metric: "time, once", ...single, ratio: single.ours / single.peer }
  const speed = pair(ours, peer, { minTimeMs: quick ? 10 : 200 })
  return { metric: "time", ours: 1000 / speed.ours, peer: 1000 / speed.peer, ratio: 1 / speed.ratio }
}

/** How much the script touches, and in how many places: what a CRDT stores and another replica replays. */
function reportSize(context: BenchContext, bench: string, { input, before, after }: TextCase): void {
  const splices = diffText(before, after)
  const changes = fastDiff(before, after)
  const touched = splices.reduce((sum, { remove, insert }) => sum + remove + insert.length, 0)
  const peerTouched = changes.reduce(
    (sum, [kind, text]) => sum + (kind === fastDiff.EQUAL ? 0 : text.length),
    0
  )
  const places = changes.filter(
    ([kind], i) => kind !== fastDiff.EQUAL && (changes[i - 1]?.[0] ?? 0) === fastDiff.EQUAL
  )
  const peerName = "fast-diff"
  const row = { bench, input, peerName, better: "lower", target: "", met: null } as const
  context.report({
    ...row,
    metric: "deleted + inserted",
    unit: "chars",
    ours: touched,
    peer: peerTouched,
    ratio: touched / peerTouched
  })
  context.report({
    ...row,
    metric: "places touched",
    unit: "splices",
    ours: splices.length,
    peer: places.length,
    ratio: splices.length / places.length
  })
}

function elapsedMs(run: () => unknown): number {
  const start = performance.now()
  kept.value = run()
  return performance.now() - start
}

/** Differences of texts: what people do to them, and the worst that can be asked. */
export const benches: readonly Bench[] = [
  { name: "diff/text", run: runEdits },
  { name: "diff/text-unrelated", run: runUnrelated }
]
