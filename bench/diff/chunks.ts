import { compute_chunks as computeChunks } from "@dstanesc/wasm-chunking-fastcdc-node"
import { chunkBytes } from "@syncline/diff/chunks"
import { type Bench, type BenchContext, type BenchRow, pair } from "../harness/bench.ts"
import { type BinaryInput, binaryInputs } from "./inputs/binary-inputs.ts"

const PEER = "wasm-chunking-fastcdc"
const AVERAGES = [2048, 8192, 65_536]
const SPREAD_AVERAGE = 8192

interface Sizes {
  readonly minBytes: number
  readonly averageBytes: number
  readonly maxBytes: number
}

const sizesOf = (averageBytes: number): Sizes => ({
  minBytes: averageBytes / 4,
  averageBytes,
  maxBytes: averageBytes * 8
})

const ourEnds = (bytes: Uint8Array, sizes: Sizes): readonly number[] => chunkBytes(bytes, sizes)

/** The peer lists starts and the end. */
function peerEnds(bytes: Uint8Array, { minBytes, averageBytes, maxBytes }: Sizes): readonly number[] {
  return [...computeChunks(bytes, minBytes, averageBytes, maxBytes)].filter(end => end > 0)
}

function runSpeed(context: BenchContext): void {
  const ratios: number[] = []
  for (const input of binaryInputs(context)) {
    for (const average of context.quick ? [SPREAD_AVERAGE] : AVERAGES) {
      const sizes = sizesOf(average)
      const { minBytes, averageBytes, maxBytes } = sizes
      const speed = pair(
        () => chunkBytes(input.next, sizes),
        () => computeChunks(input.next, minBytes, averageBytes, maxBytes),
        { minTimeMs: context.quick ? 10 : 100 }
      )
      const megabytes = input.next.length / 1e6
      ratios.push(speed.ratio)
      context.report({
        ...row("diff/chunks", sized(input), `speed, average ${average}`, "MB/s"),
        ours: speed.ours * megabytes,
        peer: speed.peer * megabytes,
        ratio: speed.ratio,
        better: "higher"
      })
    }
  }
  const ratio = geometricMean(ratios)
  context.report({
    ...row("diff/chunks", `geometric mean of ${ratios.length}`, "speed", "×"),
    ours: ratio,
    peer: 1,
    ratio,
    better: "higher",
    target: ">= 0.5×",
    met: ratio >= 0.5
  })
}

function runSpread(context: BenchContext): void {
  const sizes = sizesOf(SPREAD_AVERAGE)
  for (const input of binaryInputs(context)) {
    const ours = spread(ourEnds(input.next, sizes), sizes)
    const peer = spread(peerEnds(input.next, sizes), sizes)
    const metrics = [
      ["mean size", "B", ours.mean, peer.mean],
      ["standard deviation of sizes", "B", ours.deviation, peer.deviation],
      ["chunks of the least size", "%", ours.least, peer.least],
      ["chunks of the most", "%", ours.most, peer.most]
    ] as const
    for (const [metric, unit, a, b] of metrics) {
      const name = `${metric}, average ${SPREAD_AVERAGE}`
      context.report({
        ...row("diff/chunks-spread", sized(input), name, unit),
        ours: a,
        peer: b,
        ratio: a / b,
        better: "lower"
      })
    }
  }
}

function runLocality(context: BenchContext): void {
  const sizes = sizesOf(SPREAD_AVERAGE)
  const places = context.quick ? 20 : 300
  const all = { ours: [] as number[], peer: [] as number[] }
  for (const input of binaryInputs(context)) {
    // Two megabytes have some 200 chunks, which is what an insertion can change; more would only take longer.
    const bytes = input.next.subarray(0, 2 << 20)
    const ours = changedByInsertions(bytes, places, content => ourEnds(content, sizes))
    const peer = changedByInsertions(bytes, places, content => peerEnds(content, sizes))
    all.ours.push(...ours)
    all.peer.push(...peer)
    reportLocality(context, sized(input), ours, peer)
  }
  reportLocality(context, `all ${all.ours.length} insertions`, all.ours, all.peer)
}

function reportLocality(
  context: BenchContext,
  input: string,
  ours: readonly number[],
  peer: readonly number[]
): void {
  const target = { target: "<= 2 chunks", met: local(ours) === 100 }
  const rows = [
    {
      metric: "one byte inserted: at most 2 chunks changed",
      unit: "%",
      of: local,
      better: "higher",
      ...target
    },
    {
      metric: "one byte inserted: most chunks changed",
      unit: "",
      of: most,
      better: "lower",
      target: "",
      met: null
    }
  ] as const
  for (const { metric, unit, of, ...rest } of rows) {
    const figures = { ours: of(ours), peer: of(peer), ratio: of(ours) / of(peer) }
    context.report({ ...row("diff/chunks-locality", input, metric, unit), ...figures, ...rest })
  }
}

/** For a byte inserted at each of some places: how many chunks the new content has that the old had not in that place. */
function changedByInsertions(
  bytes: Uint8Array,
  places: number,
  endsOf: (bytes: Uint8Array) => readonly number[]
): readonly number[] {
  const before = chunksAt(endsOf(bytes))
  const edited = new Uint8Array(bytes.length + 1)
  return Array.from({ length: places }, (_, i) => {
    const place = Math.floor(((i + 0.5) * bytes.length) / places)
    edited.set(bytes.subarray(0, place))
    edited[place] = i
    edited.set(bytes.subarray(place), place + 1)
    const ends = endsOf(edited)
    return ends.filter((end, at) => {
      const start = ends[at - 1] ?? 0
      if (end <= place) return !before.has(`${start} ${end}`)
      return start <= place || !before.has(`${start - 1} ${end - 1}`)
    }).length
  })
}

function chunksAt(ends: readonly number[]): ReadonlySet<string> {
  return new Set(ends.map((end, i) => `${ends[i - 1] ?? 0} ${end}`))
}

interface Spread {
  readonly mean: number
  readonly deviation: number
  /** Shares in percent; the last chunk, which may be any size, counts too. */
  readonly least: number
  readonly most: number
}

function spread(ends: readonly number[], { minBytes, maxBytes }: Sizes): Spread {
  const lengths = ends.map((end, i) => end - (ends[i - 1] ?? 0))
  const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length
  const variance = lengths.reduce((sum, length) => sum + (length - mean) ** 2, 0) / lengths.length
  const share = (size: number): number =>
    (100 * lengths.filter(length => length === size).length) / lengths.length
  return { mean, deviation: Math.sqrt(variance), least: share(minBytes), most: share(maxBytes) }
}

function row(bench: string, input: string, metric: string, unit: string): BenchRow {
  const none = {
    ours: Number.NaN,
    peer: Number.NaN,
    ratio: Number.NaN,
    better: "lower",
    target: "",
    met: null
  }
  return { ...none, bench, input, metric, unit, peerName: PEER } as BenchRow
}

function sized({ name, role, next }: BinaryInput): string {
  return `${name} (${role}), ${(next.length / 1e6).toFixed(1)} MB`
}

/** Percent of the insertions that changed no more than two chunks. */
function local(changes: readonly number[]): number {
  return (100 * changes.filter(count => count <= 2).length) / changes.length
}

function most(counts: readonly number[]): number {
  return counts.reduce((highest, count) => Math.max(highest, count), 0)
}

function geometricMean(ratios: readonly number[]): number {
  return Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length)
}

/** Content-defined chunks beside the peer, cut with the same sizes: speed, spread of sizes, what an insertion changes. */
export const benches: readonly Bench[] = [
  { name: "diff/chunks", run: runSpeed },
  { name: "diff/chunks-spread", run: runSpread },
  { name: "diff/chunks-locality", run: runLocality }
]
