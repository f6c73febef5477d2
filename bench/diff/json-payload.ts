import { isDeepStrictEqual } from "node:util"
import { packChange, packPatch, unpackChange, unpackPatch } from "@syncline/diff/codec"
import { applyPatch } from "@syncline/diff/json"
import { diffJson } from "@syncline/diff/json/diff"
import { diffText } from "@syncline/diff/text"
import type { Bench, BenchContext } from "../harness/bench.ts"
import { type JsonInput, jsonInputs } from "./inputs/json-inputs.ts"
import { type PeerPayload, peerPayloads } from "./json-peers.ts"

const BENCH = "diff/json-payload"

/** What of ours is compared: a patch for anyone, and a change for a receiver that has the old document. */
type Metric = (typeof metrics)[number]

const metrics = ["packed patch", "packed change, fast", "packed change"] as const

interface Measured {
  readonly input: JsonInput
  readonly ratios: Readonly<Record<Metric, number>>
}

async function run(context: BenchContext): Promise<void> {
  const measured: Measured[] = []
  for (const input of jsonInputs({ quick: context.quick })) {
    // Of all others, some peer's payload has hundreds of kilobytes and takes seconds to compress.
    if (context.quick && !input.name.endsWith("edit-field")) continue
    // Nothing changed, nothing to send: no ratio to be had.
    if (isDeepStrictEqual(input.before, input.after)) continue
    measured.push(await runInput(context, input))
  }
  const kinds = [...new Set(measured.map(({ input }) => input.kind))]
  for (const kind of kinds) {
    const all = measured.filter(({ input }) => input.kind === kind)
    reportMean(context, `all ${kind}`, all, kind === "real" ? 0.75 : undefined)
    const judged = all.filter(({ input }) => input.role === "judged")
    if (judged.length < all.length) reportMean(context, `${kind}, judged only`, judged, undefined)
  }
}

async function runInput(context: BenchContext, input: JsonInput): Promise<Measured> {
  const { name, kind, role, before, after } = input
  const { payloads, gaveUp } = await peerPayloads(
    before as object,
    after as object,
    context.quick ? 100 : 4000
  )
  const best = payloads.reduce((a, b) => (b.bytes < a.bytes ? b : a))
  const sizes: Record<Metric, number> = {
    "packed patch": await patchBytes(input),
    "packed change, fast": await changeBytes(input, "fast"),
    "packed change": await changeBytes(input, "small")
  }
  const label = [name, kind, role, ...gaveUp.map(peer => `without ${peer}`)].join(", ")
  for (const metric of metrics) {
    const limit = kind === "real" && metric === "packed change" ? 1.05 : undefined
    reportBytes(context, label, metric, sizes[metric], best, limit)
  }
  const ratio = (metric: Metric) => sizes[metric] / best.bytes
  const ratios = {
    "packed patch": ratio("packed patch"),
    "packed change, fast": ratio("packed change, fast"),
    "packed change": ratio("packed change")
  }
  return { input, ratios }
}

async function patchBytes({ name, before, after }: JsonInput): Promise<number> {
  const packed = await packPatch(diffJson(before, after, { text: diffText }), { level: "small" })
  const back = applyPatch(before, await unpackPatch(packed), { extensions: true })
  if (!isDeepStrictEqual(back, after)) throw new Error(`the patch of ${name} gives another document`)
  return packed.length
}

async function changeBytes({ name, before, after }: JsonInput, level: "fast" | "small"): Promise<number> {
  const packed = await packChange(before, after, { level })
  if (!isDeepStrictEqual(await unpackChange(before, packed), after))
    throw new Error(`the change of ${name} gives another document`)
  return packed.length
}

function reportBytes(
  context: BenchContext,
  input: string,
  metric: Metric,
  ours: number,
  peer: PeerPayload,
  limit: number | undefined
): void {
  context.report({
    bench: BENCH,
    input,
    metric,
    unit: "bytes",
    ours,
    peer: peer.bytes,
    peerName: peer.name,
    ...verdict(ours / peer.bytes, limit)
  })
}

function reportMean(
  context: BenchContext,
  input: string,
  measured: readonly Measured[],
  limit: number | undefined
): void {
  for (const metric of metrics) {
    const logs = measured.map(({ ratios }) => Math.log(ratios[metric]))
    const mean = Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length)
    context.report({
      bench: BENCH,
      input: `geometric mean, ${input} (${measured.length})`,
      metric,
      unit: "ratio",
      ours: mean,
      peer: 1,
      peerName: "smallest peer of each",
      ...verdict(mean, metric === "packed change" ? limit : undefined)
    })
  }
}

function verdict(ratio: number, limit: number | undefined) {
  const target = limit === undefined ? "" : `at most ${limit} x`
  return { ratio, better: "lower", target, met: limit === undefined ? null : ratio <= limit } as const
}

/** Bytes that travel for a change of a JSON document, each library in its smallest encoding. */
export const benches: readonly Bench[] = [{ name: BENCH, run }]
