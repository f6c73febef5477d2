import { createRequire } from "node:module"
import { applyDelta, encodeDelta } from "@syncline/diff/binary"
import { type Bench, type BenchContext, type BenchRow, median } from "../harness/bench.ts"
import { bestNative, presentPeers, xdeltaDefault, xdeltaIsExact } from "./binary-native.ts"
import { type BinaryInput, binaryInputs } from "./inputs/binary-inputs.ts"
import { hasNativeTool } from "./inputs/native-tool.ts"

// Its declarations name a default export, the package itself is a function.
const loadVcdiff = createRequire(import.meta.url)("vcdiff-wasm") as () => Promise<Vcdiff>

interface Vcdiff {
  encoder(old: Uint8Array, next: Uint8Array): Uint8Array
  decoder(old: Uint8Array, delta: Uint8Array): Uint8Array
}

type Group = "plain" | "moved code" | "gzip"

async function runBytes(context: BenchContext): Promise<void> {
  const ratios = new Ratios()
  if (presentPeers().length < 3) context.report(absentRow("diff/binary", presentPeers()))
  for (const input of binaryInputs(context)) {
    const group = groupOf(input)
    const best = bestNative(input)
    const small = await checkedDelta(input, "small")
    const ratio = small / (best?.bytes ?? Number.NaN)
    context.report({
      ...bytesRow(input, "small, bytes", small, best?.bytes ?? Number.NaN),
      peerName: best?.name ?? "absent",
      // Moved code is reported apart; gzip files are held to a mean of their own.
      ...(group === "plain" ? { target: "<= 1×", met: ratio <= 1 } : {})
    })
    ratios.add(`small, bytes, ${group}`, input, ratio)
    if (!hasNativeTool("xdelta3")) continue
    const fast = await checkedDelta(input, "fast")
    const peer = xdeltaDefault(input)
    if (!xdeltaIsExact(input)) throw new Error(`xdelta3 does not give ${input.name} back`)
    context.report({ ...bytesRow(input, "fast, bytes", fast, peer.bytes), peerName: "xdelta3" })
    ratios.add(`fast, bytes, ${group}`, input, fast / peer.bytes)
  }
  const targets = {
    "small, bytes, plain": 0.75,
    "fast, bytes, plain": 0.75,
    "small, bytes, gzip": 0.01
  }
  for (const row of ratios.rows("diff/binary", "lower", targets)) context.report(row)
}

async function runSpeed(context: BenchContext): Promise<void> {
  const vcdiff = await loadVcdiff()
  const ratios = new Ratios()
  const has = hasNativeTool("xdelta3")
  if (has) context.report(spawnRow())
  for (const input of binaryInputs(context)) {
    const { old, next } = input
    const delta = await encodeDelta(old, next)
    const theirs = vcdiff.encoder(old, next)
    // Of a version that does not change, nothing is left but to set memory aside, to copy and to hash.
    const unchanged = await encodeDelta(next, next)
    const times = { encode: [] as Times[], decode: [] as Times[] }
    for (let round = -1; round < (context.quick ? 2 : 5); round++) {
      // The first round is for the compilers of both sides.
      const leastMs = round < 0 ? WARM_MS : LEAST_MS
      const encode = {
        ours: await timed(() => encodeDelta(old, next), leastMs),
        limit: Number.NaN,
        xdelta3: has && round >= 0 ? xdeltaDefault(input).ms : Number.NaN,
        "vcdiff-wasm": await timed(() => vcdiff.encoder(old, next), leastMs)
      }
      const decode = {
        ours: await timed(() => applyDelta(old, delta), leastMs),
        limit: await timed(() => applyDelta(next, unchanged), leastMs),
        xdelta3: Number.NaN,
        "vcdiff-wasm": await timed(() => vcdiff.decoder(old, theirs), leastMs)
      }
      if (round < 0) continue
      times.encode.push(encode)
      times.decode.push(decode)
    }
    for (const [step, peerName] of comparisons) {
      const row = speedRow(input, step, peerName, times[step])
      if (!Number.isFinite(row.ratio)) continue
      context.report(row)
      ratios.add(`fast, ${step}, beside ${peerName}, ${groupOf(input)}`, input, row.ratio)
    }
    // A checked result costs that much whatever the delta says; the peer checks nothing. Gzip files are made again on top of it.
    if (groupOf(input) === "gzip") continue
    const least = speedRow(input, "decode", "vcdiff-wasm", times.decode, "limit")
    context.report({ ...least, metric: LIMIT })
    ratios.add(`${LIMIT}, beside vcdiff-wasm, ${groupOf(input)}`, input, least.ratio)
  }
  for (const row of ratios.rows("diff/binary-speed", "higher", speedTargets)) context.report(row)
}

// A single run of less than a millisecond says more of timers and neighbours than of either side.
const LEAST_MS = 20
const WARM_MS = 300
const LIMIT = "allocate, copy and hash the result"

const comparisons = [
  ["encode", "xdelta3"],
  ["encode", "vcdiff-wasm"],
  ["decode", "vcdiff-wasm"]
] as const

const speedTargets = {
  "fast, encode, beside xdelta3, plain": 2,
  "fast, encode, beside vcdiff-wasm, plain": 5,
  "fast, decode, beside vcdiff-wasm, plain": 2
}

interface Times {
  readonly ours: number
  /** What a checked result takes at least. */
  readonly limit: number
  readonly xdelta3: number
  readonly "vcdiff-wasm": number
}

/** How long level `small` takes to decode, for the literals and operations there are to code. */
async function runSmallDecode(context: BenchContext): Promise<void> {
  for (const input of binaryInputs(context)) {
    const delta = await encodeDelta(input.old, input.next, { level: "small", accept: ["mixing", "brotli"] })
    if ((delta[2] ?? 0) % 16 !== 1 || delta.length < LEAST_CODED) continue
    const runs: number[] = []
    for (let round = 0; round < 3; round++) runs.push(await timed(() => applyDelta(input.old, delta)))
    const ms = median(runs)
    const coded = await codedBytes(input)
    context.report({
      ...bytesRow(
        input,
        `small, decode for 100 kB of ${Math.round(coded / 1000)} kB coded`,
        (ms * 1e5) / coded,
        100
      ),
      bench: "diff/binary-small-decode",
      unit: "ms",
      peerName: "the limit",
      target: "<= 100 ms",
      met: (ms * 1e5) / coded <= 100
    })
  }
}

// Shorter deltas show what starting costs.
const LEAST_CODED = 10_000

/** What there is to code: literals and columns of the script, as long as they are when nothing is compressed. */
async function codedBytes({ old, next }: BinaryInput): Promise<number> {
  return (await encodeDelta(old, next, { accept: [] })).length
}

class Ratios {
  readonly #byMetric = new Map<string, { readonly role: string; readonly ratio: number }[]>()

  add(metric: string, { role }: BinaryInput, ratio: number): void {
    if (Number.isFinite(ratio))
      this.#byMetric.set(metric, [...(this.#byMetric.get(metric) ?? []), { role, ratio }])
  }

  /** Geometric means: of all inputs, of those no constant was chosen on, and the worst one. */
  *rows(
    bench: string,
    better: BenchRow["better"],
    targets: Readonly<Record<string, number>>
  ): Generator<BenchRow> {
    for (const [metric, all] of this.#byMetric) {
      const judged = all.filter(({ role }) => role === "judged")
      const goal = targets[metric]
      for (const [name, part] of [
        ["all", all],
        ["judged", judged]
      ] as const) {
        if (part.length === 0) continue
        const ratio = geometricMean(part.map(each => each.ratio))
        const met = goal === undefined ? null : better === "lower" ? ratio <= goal : ratio >= goal
        const target = goal === undefined ? "" : `${better === "lower" ? "<=" : ">="} ${goal}×`
        const input = `geometric mean of ${part.length} (${name})`
        yield {
          bench,
          input,
          metric,
          unit: "×",
          ours: ratio,
          peer: 1,
          peerName: "the peer",
          ratio,
          better,
          target,
          met
        }
      }
    }
  }
}

function groupOf({ movedCode, next }: BinaryInput): Group {
  if (next[0] === 0x1f && next[1] === 0x8b) return "gzip"
  return movedCode ? "moved code" : "plain"
}

/** Bytes of a delta that gives the new version. */
async function checkedDelta({ name, old, next }: BinaryInput, level: "small" | "fast"): Promise<number> {
  const delta = await encodeDelta(old, next, { level })
  if (Buffer.compare(await applyDelta(old, delta), next) !== 0)
    throw new Error(`a ${level} delta makes another ${name}`)
  return delta.length
}

function bytesRow(input: BinaryInput, metric: string, ours: number, peer: number): BenchRow {
  return {
    bench: "diff/binary",
    input: `${input.name} (${input.role}), ${(input.next.length / 1e6).toFixed(1)} MB`,
    metric,
    unit: "B",
    ours,
    peer,
    peerName: "",
    ratio: ours / peer,
    better: "lower",
    target: "",
    met: null
  }
}

function speedRow(
  input: BinaryInput,
  step: "encode" | "decode",
  peerName: "xdelta3" | "vcdiff-wasm",
  times: readonly Times[],
  side: "ours" | "limit" = "ours"
): BenchRow {
  const speed = (ms: number) => input.next.length / 1e3 / ms
  return {
    ...bytesRow(input, `fast, ${step}`, speed(median(times.map(time => time[side]))), 0),
    bench: "diff/binary-speed",
    unit: "MB/s",
    peer: speed(median(times.map(time => time[peerName]))),
    peerName: peerName === "xdelta3" ? "xdelta3, its start included" : peerName,
    ratio: median(times.map(time => time[peerName] / time[side])),
    better: "higher"
  }
}

/** What of a native time is the start of a process. */
function spawnRow(): BenchRow {
  const nothing = { old: new Uint8Array(10), next: new Uint8Array(10) }
  const ms = median(Array.from({ length: 9 }, () => xdeltaDefault(nothing).ms))
  return {
    bench: "diff/binary-speed",
    input: "two files of 10 bytes",
    metric: "start of a process",
    unit: "ms",
    ours: Number.NaN,
    peer: ms,
    peerName: "xdelta3",
    ratio: Number.NaN,
    better: "lower",
    target: "",
    met: null
  }
}

function absentRow(bench: string, present: readonly string[]): BenchRow {
  const metric = `native peers on this machine: ${present.join(", ") || "none"}`
  return { ...spawnlessRow, bench, metric }
}

const spawnlessRow: BenchRow = {
  bench: "",
  input: "all",
  metric: "",
  unit: "",
  ours: Number.NaN,
  peer: Number.NaN,
  peerName: "absent",
  ratio: Number.NaN,
  better: "lower",
  target: "",
  met: null
}

/** Milliseconds of a run, the median of as many as fill some: what a neighbour takes away strikes a few of them, but hard. */
async function timed(run: () => unknown, leastMs: number = LEAST_MS): Promise<number> {
  const runs: number[] = []
  for (let spent = 0; spent < leastMs; ) {
    const start = performance.now()
    await run()
    const ms = performance.now() - start
    runs.push(ms)
    spent += ms
  }
  return median(runs)
}

function geometricMean(ratios: readonly number[]): number {
  return Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length)
}

/** Deltas of two versions at hand: sizes beside native tools, speed beside xdelta3 and vcdiff-wasm. */
export const benches: readonly Bench[] = [
  { name: "diff/binary", run: runBytes },
  { name: "diff/binary-speed", run: runSpeed },
  { name: "diff/binary-small-decode", run: runSmallDecode }
]
