import { acceptRateless, beginRateless, RatelessSketch, stepRateless } from "@syncline/diff/set"
import { peelCells } from "../../packages/diff/src/set/peel-cells.ts"
import { subtractCells } from "../../packages/diff/src/set/rateless-message.ts"
import { type Bench, type BenchContext, type BenchRow, kept, measure, pair } from "../harness/bench.ts"
import { dialogueCost } from "./set-dialogue.ts"
import { idsOf, mean, quantile, SET_KEY } from "./set-ids.ts"

const MEMBERS = 100_000
const ID_BYTES = 8
// The most cells a difference is searched in; a handful of ids may need far more than two each.
const cellsAtMost = (size: number): number => 2 * size + 400
const SYMBOLS_TARGET = 1.5
const FROM_SIZE = 100

const row = { bench: "diff/riblt", better: "lower", target: "", met: null } as const

/** Differences that take many seeds, and how many. */
function cases(quick: boolean): readonly (readonly [size: number, seeds: number])[] {
  if (quick)
    return [
      [1, 20],
      [10, 20],
      [100, 20],
      [1000, 3]
    ]
  return [
    [1, 400],
    [10, 400],
    [30, 400],
    [100, 300],
    [200, 200],
    [1000, 40],
    [10_000, 6]
  ]
}

function sketchOf(ids: readonly Uint8Array[], cells: number): RatelessSketch {
  const sketch = new RatelessSketch(SET_KEY, { cells, journal: 1 })
  for (const id of ids) sketch.add(id)
  return sketch
}

/** The fewest cells from the first that decode a difference: half of it ours, half theirs. */
function fewestCells(size: number, seed: number): number {
  const ids = idsOf(`riblt ${seed}`, 0, size)
  const most = cellsAtMost(size)
  const [left, right] = [sketchOf(ids.slice(0, size / 2), most), sketchOf(ids.slice(size / 2), most)]
  const decodes = (cells: number): boolean => {
    const difference = subtractCells(left.cells(0, cells, left.mark), right.cells(0, cells, right.mark))
    return peelCells(difference, right.hasher(), id => right.has(id)) !== undefined
  }
  let [low, high] = [0, most]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (decodes(middle)) high = middle
    else low = middle
  }
  return high
}

/** What the code itself takes: cells a difference, had one stopped at the very cell that decodes. */
function reportSymbols(context: BenchContext, [size, seeds]: readonly [number, number]): void {
  const each = Array.from({ length: seeds }, (_, seed) => fewestCells(size, seed) / size)
  const asked = size >= FROM_SIZE
  const report = (metric: string, ours: number, target: boolean): void =>
    context.report({
      ...row,
      input: `${size} differing ids, ${seeds} seeds`,
      metric,
      unit: "cells/id",
      ours,
      peer: 1,
      peerName: "a cell an id",
      ratio: ours,
      ...(target ? { target: `≤ ${SYMBOLS_TARGET}`, met: ours <= SYMBOLS_TARGET } : {})
    })
  report("fewest cells that decode, mean", mean(each), asked)
  report("fewest cells that decode, p95", quantile(each, 0.95), false)
}

/** A reconciliation from the first message to the answer that tells both sides, stop rule and all. */
function reportSessions(context: BenchContext, changed: number, seeds: number, members: number): void {
  const [left, right] = [sketchPair(members), sketchPair(members)]
  const costs = Array.from({ length: seeds }, (_, seed) => {
    const news = idsOf(`new ${seed}`, 0, changed)
    const olds = idsOf("member", seed * changed, (seed + 1) * changed).slice(0, members - seed * changed)
    for (const id of olds) left.delete(id)
    for (const id of news) left.add(id)
    const cost = dialogueCost(
      {
        begin: () => beginRateless(left),
        accept: message => acceptRateless(right, message),
        initiator: (session, message) => stepRateless(left, session, message),
        responder: (session, message) => stepRateless(right, session, message)
      },
      changed
    )
    for (const id of news) left.delete(id)
    for (const id of olds) left.add(id)
    return cost
  })
  const base = { ...row, input: `${changed} changed of ${members}, ${seeds} seeds` }
  const floor = 2 * changed * ID_BYTES
  reportBoth(
    context,
    costs.map(({ bytes }) => bytes),
    (metric, ours) => ({
      ...base,
      metric: `all messages, ${metric}`,
      unit: "B",
      ours,
      peer: floor,
      peerName: "8 B a differing id",
      ratio: ours / floor
    })
  )
  reportBoth(
    context,
    costs.map(({ messages }) => messages / 2),
    (metric, ours) => ({
      ...base,
      metric: `round trips, ${metric}`,
      unit: "",
      ours,
      peer: 1,
      peerName: "one",
      ratio: ours
    })
  )
}

function reportBoth(
  context: BenchContext,
  values: readonly number[],
  rowOf: (metric: string, ours: number) => BenchRow
): void {
  context.report(rowOf("mean", mean(values)))
  context.report(rowOf("p95", quantile(values, 0.95)))
}

function sketchPair(members: number): RatelessSketch {
  const sketch = new RatelessSketch(SET_KEY, { journal: 200_000 })
  for (const id of idsOf("member", 0, members)) sketch.add(id)
  return sketch
}

/** Adding and removing among so many, beside a Set of strings. */
function reportUpkeep(context: BenchContext, members: number): void {
  const sketch = sketchPair(members)
  const ids = idsOf("fresh", 0, 1000)
  const texts = ids.map(id => Buffer.from(id).toString("latin1"))
  const set = new Set(idsOf("member", 0, members).map(id => Buffer.from(id).toString("latin1")))
  const speed = pair(
    () => {
      for (const id of ids) sketch.add(id)
      for (const id of ids) sketch.delete(id)
    },
    () => {
      for (const text of texts) set.add(text)
      for (const text of texts) set.delete(text)
    },
    { minTimeMs: context.quick ? 10 : 500 }
  )
  const [ours, peer] = [1e6 / speed.ours / 2000, 1e6 / speed.peer / 2000]
  context.report({
    ...row,
    input: `${members} ids, 1,024 cells`,
    metric: "adding or removing an id",
    unit: "µs",
    ours,
    peer,
    peerName: "a Set of strings",
    ratio: 1 / speed.ratio,
    target: "≤ 2 µs",
    met: ours <= 2
  })
}

/** Decoding 200 differences from as many cells as the stop rule would ask for, both sketches at hand. */
function reportDecoding(context: BenchContext): void {
  const ids = idsOf("riblt 0", 0, 200)
  const [left, right] = [sketchOf(ids.slice(0, 100), 400), sketchOf(ids.slice(100), 400)]
  const hasher = right.hasher()
  const decode = (): unknown => {
    const difference = subtractCells(left.cells(0, 330, left.mark), right.cells(0, 330, right.mark))
    return peelCells(difference, hasher, id => right.has(id))
  }
  if (decode() === undefined) throw new Error("330 cells do not decode 200 differences of seed 0")
  const ours = 1000 / measure(decode, { minTimeMs: context.quick ? 10 : 500 })
  const texts = idsOf("member", 0, MEMBERS).map(id => Buffer.from(id).toString("latin1"))
  const theirs = new Set(texts)
  const peer =
    1000 / measure(() => texts.filter(text => !theirs.has(text)), { minTimeMs: context.quick ? 10 : 500 })
  kept.value = theirs
  context.report({
    ...row,
    input: "200 differing ids, 330 cells",
    metric: "decoding",
    unit: "ms",
    ours,
    peer,
    peerName: `comparing Sets of ${MEMBERS} strings`,
    ratio: ours / peer,
    target: "< 1 ms",
    met: ours < 1
  })
}

function run(context: BenchContext): void {
  const { quick } = context
  for (const each of cases(quick)) reportSymbols(context, each)
  const members = quick ? MEMBERS / 10 : MEMBERS
  const sessions: readonly (readonly [number, number])[] = quick
    ? [
        [10, 5],
        [100, 5]
      ]
    : [
        [0, 1],
        [1, 100],
        [10, 100],
        [100, 100],
        [1000, 20],
        [10_000, 3]
      ]
  for (const [changed, seeds] of sessions) reportSessions(context, changed, seeds, members)
  reportUpkeep(context, members)
  reportDecoding(context)
}

/** Rateless set reconciliation: cells, bytes and round trips by the size of the difference, upkeep and decoding. */
export const benches: readonly Bench[] = [{ name: "diff/riblt", run }]
