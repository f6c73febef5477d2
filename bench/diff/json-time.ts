import { diffJson } from "@syncline/diff/json/diff"
import fastJsonPatch from "fast-json-patch"
import { type Bench, type BenchContext, type BenchRow, kept, median, pair } from "../harness/bench.ts"
import { seededRandom } from "../harness/seeded-random.ts"
import { jsonInputs } from "./inputs/json-inputs.ts"

const peerName = "fast-json-patch compare"
const bench = "diff/json-time"
const linear = "diff/json-time-linear"
const hard = "diff/json-time-worst"

function runInputs(context: BenchContext): void {
  const ratios: number[] = []
  for (const { name, before, after, kind } of jsonInputs(context)) {
    const { ours, peer, ratio } = timesMs(context, before, after)
    ratios.push(ratio)
    context.report({ ...timeRow(`${name} (${kind})`, ours, peer, ratio), target: "", met: null })
  }
  const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length)
  const worst = Math.max(...ratios)
  const all = `all ${ratios.length} inputs`
  const none = Number.NaN
  context.report({
    ...timeRow(all, none, none, mean),
    metric: "time, geometric mean",
    target: "≤ 1.0×",
    met: mean <= 1
  })
  context.report({
    ...timeRow(all, none, none, worst),
    metric: "time, worst",
    target: "≤ 1.5×",
    met: worst <= 1.5
  })
}

/** One field changed in n records, 2n and 4n: an element costs as much in a long array as in a short one. */
function runLinearity(context: BenchContext): void {
  const shortest = context.quick ? 1_000 : 10_000
  const perRecord: Array<{ ours: number; peer: number }> = []
  for (const count of [shortest, 2 * shortest, 4 * shortest]) {
    const before = records(count)
    const after = structuredClone(before).with(count >> 1, { ...record(count >> 1), title: "another title" })
    const { ours, peer, ratio } = timesMs(context, before, after)
    perRecord.push({ ours: ours / count, peer: peer / count })
    context.report({
      ...timeRow(`${count} records, one field changed`, ours, peer, ratio),
      bench: linear,
      target: "",
      met: null
    })
  }
  const [least, , most] = perRecord
  if (least === undefined || most === undefined) return
  const [ours, peer] = [most.ours / least.ours, most.peer / least.peer]
  context.report({
    ...timeRow(`${shortest} to ${4 * shortest} records`, ours, peer, ours / peer),
    bench: linear,
    metric: "growth of time per record",
    unit: "×",
    target: "≤ 1.5",
    met: ours <= 1.5
  })
}

/** What no search can do well in; the peer compares by position and says something else at every index. */
function runWorst(context: BenchContext): void {
  const count = context.quick ? 2_000 : 100_000
  const before = records(count)
  const others = records(2 * count).slice(count)
  const random = seededRandom(1)
  const order = new Map(before.map(element => [element, random()]))
  const shuffled = before.toSorted((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0))
  const cases = { shuffled, "all different": others, "every one edited": before.map(edited) }
  for (const [name, after] of Object.entries(cases)) {
    const copy = structuredClone(after)
    const single = [0, 1, 2].map(() => ({
      ours: elapsedMs(() => diffJson(before, copy)),
      peer: elapsedMs(() => fastJsonPatch.compare(before, copy))
    }))
    const ours = median(single.map(time => time.ours))
    const peer = median(single.map(time => time.peer))
    context.report({
      ...timeRow(`${count} records, ${name}`, ours, peer, ours / peer),
      bench: hard,
      metric: "time, median of 3",
      target: "",
      met: null
    })
  }
}

function timesMs(
  context: BenchContext,
  before: unknown,
  after: unknown
): { ours: number; peer: number; ratio: number } {
  const speed = pair(
    () => diffJson(before, after),
    () => fastJsonPatch.compare(before as object, after as object),
    { minTimeMs: context.quick ? 10 : 400 }
  )
  return { ours: 1000 / speed.ours, peer: 1000 / speed.peer, ratio: 1 / speed.ratio }
}

function timeRow(input: string, ours: number, peer: number, ratio: number): Omit<BenchRow, "target" | "met"> {
  return { bench, input, metric: "time", unit: "ms", ours, peer, peerName, ratio, better: "lower" }
}

function records(count: number): object[] {
  return Array.from({ length: count }, (_, id) => record(id))
}

function record(id: number): object {
  return { id, title: `Record ${id}`, tags: ["some", `tag ${id % 7}`], place: { x: id % 100, y: id >> 3 } }
}

function edited(element: object): object {
  return { ...element, title: "another title" }
}

function elapsedMs(run: () => unknown): number {
  const start = performance.now()
  kept.value = run()
  return performance.now() - start
}

/** How long finding a JSON patch takes. */
export const benches: readonly Bench[] = [
  { name: bench, run: runInputs },
  { name: linear, run: runLinearity },
  { name: hard, run: runWorst }
]
