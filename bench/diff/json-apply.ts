import { applyPatch, deepEqualJson, type JsonPatch } from "@syncline/diff/json"
import { diffJson } from "@syncline/diff/json/diff"
import fastJsonPatch, { type Operation } from "fast-json-patch"
import { type Bench, type BenchContext, kept, median, pair } from "../harness/bench.ts"
import { jsonInputs } from "./inputs/json-inputs.ts"
import { applyDelegating } from "./json-apply-delegating.ts"

interface ApplyCase {
  readonly input: string
  readonly document: unknown
  readonly patch: JsonPatch
}

interface Times {
  readonly ours: number
  readonly peer: number
  readonly ratio: number
}

/** Our own short patches, and those of fast-json-patch, which have thousands of operations where an array shifts. */
function* applyCases(context: BenchContext): Generator<ApplyCase> {
  // Each case takes a good part of a second to warm up.
  const inputs = context.quick ? [...jsonInputs(context)].slice(0, 2) : jsonInputs(context)
  for (const { name, before, after } of inputs) {
    const patches = {
      diffJson: diffJson(before, after),
      compare: fastJsonPatch.compare(before as object, after as object) as JsonPatch
    }
    for (const [source, patch] of Object.entries(patches)) {
      // One pair of revisions is equal, and there is nothing to time.
      if (patch.length === 0) continue
      if (!deepEqualJson(applyPatch(before, patch), after)) throw new Error(`wrong result for ${name}`)
      yield { input: `${name}, ${patch.length} operations of ${source}`, document: before, patch }
    }
  }
}

function runCloning(context: BenchContext): void {
  const time = ({ document, patch }: ApplyCase) =>
    paired(
      context,
      () => applyPatch(document, patch),
      () => applyByPeer(document, patch, false)
    )
  report(context, "diff/json-apply-kept", "fast-json-patch, validating, input kept", time, "≤ 1.0×")
}

function runMutating(context: BenchContext): void {
  const time = ({ document, patch }: ApplyCase) => onCopies(context, document, patch)
  report(context, "diff/json-apply-mutating", "fast-json-patch, validating, input changed", time, "")
}

function runEngine(context: BenchContext): void {
  const time = ({ document, patch }: ApplyCase) =>
    paired(
      context,
      () => applyPatch(document, patch),
      () => applyDelegating(document, patch)
    )
  report(context, "diff/json-apply-engine", "copy on write around fast-json-patch", time, "")
}

function report(
  context: BenchContext,
  bench: string,
  peerName: string,
  time: (applyCase: ApplyCase) => Times,
  target: string
): void {
  const base = { bench, metric: "time", unit: "ms", peerName, better: "lower" } as const
  const ratios: number[] = []
  for (const applyCase of applyCases(context)) {
    const times = time(applyCase)
    ratios.push(times.ratio)
    context.report({ ...base, input: applyCase.input, ...times, target: "", met: null })
  }
  const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length)
  const whole = { ...base, input: `all ${ratios.length} cases`, ours: Number.NaN, peer: Number.NaN }
  const met = target === "" ? null : mean <= 1
  context.report({ ...whole, metric: "time, geometric mean", ratio: mean, target, met })
  context.report({ ...whole, metric: "time, worst", ratio: Math.max(...ratios), target: "", met: null })
}

function applyByPeer(document: unknown, patch: JsonPatch, mutate: boolean): unknown {
  return fastJsonPatch.applyPatch(document, patch as Operation[], true, mutate).newDocument
}

function paired(context: BenchContext, ours: () => unknown, peer: () => unknown): Times {
  const speed = pair(ours, peer, { minTimeMs: context.quick ? 5 : 100 })
  return { ours: 1000 / speed.ours, peer: 1000 / speed.peer, ratio: 1 / speed.ratio }
}

/** Single calls, since the peer needs a new copy for each; making it is not timed. */
function onCopies(context: BenchContext, document: unknown, patch: JsonPatch): Times {
  const rounds: Array<{ ours: number; peer: number }> = []
  const end = performance.now() + (context.quick ? 40 : 500)
  while (rounds.length < 9 || (rounds.length < 500 && performance.now() < end)) {
    const copy = structuredClone(document)
    const ownPatch = structuredClone(patch)
    const ours = elapsedMs(() => applyPatch(document, patch))
    rounds.push({ ours, peer: elapsedMs(() => applyByPeer(copy, ownPatch, true)) })
  }
  return {
    ours: median(rounds.map(round => round.ours)),
    peer: median(rounds.map(round => round.peer)),
    ratio: median(rounds.map(round => round.ours / round.peer))
  }
}

function elapsedMs(run: () => unknown): number {
  const start = performance.now()
  kept.value = run()
  return performance.now() - start
}

/** How long applying a JSON patch takes: beside the engine everyone uses, in both of its modes, and built upon it. */
export const benches: readonly Bench[] = [
  { name: "diff/json-apply-kept", run: runCloning },
  { name: "diff/json-apply-mutating", run: runMutating },
  { name: "diff/json-apply-engine", run: runEngine }
]
