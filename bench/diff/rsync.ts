import { deltaToBytes, patchToBytes, signatureToBytes } from "@syncline/diff/rsync"
import { type Bench, type BenchContext, type BenchRow, median } from "../harness/bench.ts"
import { type BinaryInput, binaryInputs } from "./inputs/binary-inputs.ts"
import { hasNativeTool } from "./inputs/native-tool.ts"
import { runRounds } from "./rounds-run.ts"
import { type Rdiff, rdiffSpawnMs, rsyncBytes, withRdiff } from "./rsync-native.ts"

const KEY = new Uint8Array(32).fill(7)
const RDIFF = "rdiff, its start included"

async function runSpeed(context: BenchContext): Promise<void> {
  if (!hasNativeTool("rdiff")) return absent(context, "diff/rsync-speed", "rdiff")
  const startMs = median(Array.from({ length: 9 }, rdiffSpawnMs))
  for (const blocks of ["by length", 512] as const) {
    const rows = { signature: [] as SpeedRow[], delta: [] as SpeedRow[] }
    for (const input of binaryInputs(context)) {
      if (!context.quick && input.next.length < LEAST_BYTES) continue
      const blockBytes = blocks === 512 ? 512 : 8 * Math.ceil(Math.sqrt(input.old.length) / 8)
      for (const step of ["signature", "delta"] as const) {
        const row = await speedOf(input, { blockBytes, step, startMs, quick: context.quick })
        context.report(row)
        rows[step].push(row)
      }
    }
    for (const step of ["signature", "delta"] as const) {
      const input = `geometric mean of ${rows[step].length}, blocks ${blocks}`
      const ratio = geometricMean(rows[step].map(row => row.ratio))
      const mean = { ...speedRow(input, step), peer: 1, unit: "×" }
      context.report({ ...mean, ours: ratio, ratio, target: ">= 1×", met: ratio >= 1 })
      if (context.quick) continue
      const without = geometricMean(rows[step].map(row => row.ratioWithoutStart))
      context.report({ ...mean, ours: without, ratio: without, peerName: "rdiff, its start taken off" })
    }
  }
}

/** Starting a process would decide over shorter ones. */
const LEAST_BYTES = 4e6

interface SpeedRow extends BenchRow {
  readonly ratioWithoutStart: number
}

interface SpeedOrder {
  readonly blockBytes: number
  readonly step: "signature" | "delta"
  readonly startMs: number
  readonly quick: boolean
}

/** Both take the same step in turns. Without compression, which rdiff has none of. */
function speedOf(input: BinaryInput, { blockBytes, step, startMs, quick }: SpeedOrder): Promise<SpeedRow> {
  const { old, next } = input
  return withRdiff(input, blockBytes, async rdiff => {
    const signature = await signatureToBytes(old, { key: KEY, blockBytes, accept: [] })
    const ours =
      step === "signature"
        ? () => signatureToBytes(old, { key: KEY, blockBytes, accept: [] })
        : () => deltaToBytes(signature, next)
    const times = await inTurns(ours, rdiff, step, quick ? 3 : 7)
    const bytes = step === "signature" ? old.length : next.length
    return {
      ...speedRow(`${sized(input)}, blocks of ${blockBytes}, start ${startMs.toFixed(1)} ms`, step),
      ours: bytes / 1e3 / median(times.map(time => time.ours)),
      peer: bytes / 1e3 / median(times.map(time => time.peer)),
      ratio: median(times.map(time => time.peer / time.ours)),
      ratioWithoutStart: median(times.map(time => (time.peer - startMs) / time.ours))
    }
  })
}

async function inTurns(
  ours: () => Promise<unknown>,
  rdiff: Rdiff,
  step: "signature" | "delta",
  rounds: number
): Promise<{ ours: number; peer: number }[]> {
  const times: { ours: number; peer: number }[] = []
  for (let round = -2; round < rounds; round++) {
    const start = performance.now()
    await ours()
    const oursMs = performance.now() - start
    // The first rounds are for the compiler.
    if (round >= 0) times.push({ ours: oursMs, peer: rdiff[step]() })
  }
  return times
}

async function runBytes(context: BenchContext): Promise<void> {
  if (!hasNativeTool("rsync")) return absent(context, "diff/rsync-bytes", "rsync")
  const ratios = { one: [] as number[], many: [] as number[] }
  const sums = { peer: 0, one: 0, many: 0 }
  for (const input of binaryInputs(context)) {
    const peer = await rsyncBytes(input)
    const one = await oneRound(input)
    const many = await runRounds(input.old, input.next)
    const manyBytes = many.bytesUp + many.bytesDown
    const of = (metric: string, ours: number): BenchRow => ({
      ...bytesRow(sized(input), metric),
      ours,
      peer: peer.bytes,
      peerName: `rsync ${peer.setting}, 1 round`,
      ratio: ours / peer.bytes
    })
    context.report(of("both ways, 1 round", one))
    context.report(of(`both ways, rounds: ${many.rounds}`, manyBytes))
    if (input.movedCode) continue
    sums.peer += peer.bytes
    sums.one += one
    sums.many += manyBytes
    ratios.one.push(one / peer.bytes)
    ratios.many.push(manyBytes / peer.bytes)
  }
  const mean = (metric: string, ratio: number, target: number): BenchRow => ({
    ...bytesRow(`geometric mean of ${ratios.one.length}, moved code left out`, metric),
    ours: ratio,
    peer: 1,
    ratio,
    unit: "×",
    ...(target > 0 ? { target: `<= ${target}×`, met: ratio <= target } : {})
  })
  const sum = (metric: string, ours: number): BenchRow => ({
    ...bytesRow(`sum of ${ratios.one.length}, moved code left out`, metric),
    ours,
    peer: sums.peer,
    ratio: ours / sums.peer
  })
  context.report(sum("both ways, 1 round", sums.one))
  context.report(sum("both ways, several rounds", sums.many))
  context.report(mean("both ways, 1 round", geometricMean(ratios.one), 0))
  context.report(mean("both ways, several rounds", geometricMean(ratios.many), 0.6))
}

/** Bytes of a signature and its delta. */
async function oneRound({ old, next }: BinaryInput): Promise<number> {
  const signature = await signatureToBytes(old, { key: KEY })
  const delta = await deltaToBytes(signature, next)
  if (Buffer.compare(await patchToBytes(old, delta), next) !== 0)
    throw new Error("a patch made other content")
  return signature.length + delta.length
}

function speedRow(input: string, metric: string): BenchRow {
  return {
    bench: "diff/rsync-speed",
    input,
    metric,
    unit: "MB/s",
    ours: Number.NaN,
    peer: Number.NaN,
    peerName: RDIFF,
    ratio: Number.NaN,
    better: "higher",
    target: "",
    met: null
  }
}

function bytesRow(input: string, metric: string): BenchRow {
  return {
    ...speedRow(input, metric),
    bench: "diff/rsync-bytes",
    unit: "B",
    better: "lower",
    peerName: "rsync -z"
  }
}

/** A row that says that a peer is not on this machine. */
function absent(context: BenchContext, bench: string, tool: string): void {
  context.report({ ...speedRow("all", `${tool} is absent`), bench })
}

function sized({ name, role, next }: BinaryInput): string {
  return `${name} (${role}), ${(next.length / 1e6).toFixed(1)} MB`
}

function geometricMean(ratios: readonly number[]): number {
  return Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length)
}

/** Deltas against a version only the other side has: beside librsync for speed, beside rsync for what travels. */
export const benches: readonly Bench[] = [
  { name: "diff/rsync-speed", run: runSpeed },
  { name: "diff/rsync-bytes", run: runBytes }
]
