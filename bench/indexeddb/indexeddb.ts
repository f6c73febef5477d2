import { bundlePage } from "../../test/browser/bundled-page.ts"
import { chromiumMissing, type OpenPage, openPage } from "../../test/browser/chromium.ts"
import { type Bench, type BenchContext, median } from "../harness/bench.ts"
import type { AppendCase, BenchPage, Round } from "./page.ts"

declare const page: BenchPage

const commitsPerCase = 10_000

/** Sizes of batches, and how many documents they spread over: one has every page of heads in memory, the other not. */
const cases: readonly Pick<AppendCase, "batchSize" | "documents">[] = [
  { batchSize: 1, documents: 20 },
  { batchSize: 1, documents: 10_000 },
  { batchSize: 10, documents: 10_000 },
  { batchSize: 100, documents: 10_000 }
]

/** Opens the page where there is a browser, says why not where there is none. */
async function inChromium(name: string, action: (open: OpenPage) => Promise<void>): Promise<void> {
  if (chromiumMissing !== undefined) {
    console.error(`Skipped: ${name} (${chromiumMissing})`)
    return
  }
  const open = await openPage(await bundlePage("../../bench/indexeddb/page.ts"))
  try {
    await action(open)
  } finally {
    await open.close()
  }
}

interface Reported {
  readonly bench: string
  readonly input: string
  readonly metric: string
  readonly peerName: string
  /** Things done a round. */
  readonly count: number
  readonly rounds: readonly Round[]
  readonly atLeast?: number
}

/** A row of things done a second. */
function report(context: BenchContext, { count, rounds, atLeast, ...row }: Reported): void {
  const speed = (ms: number) => (1000 * count) / ms
  const ratio = median(rounds.map(({ ours, peer }) => peer / ours))
  context.report({
    ...row,
    unit: "1/s",
    ours: median(rounds.map(({ ours }) => speed(ours))),
    peer: median(rounds.map(({ peer }) => speed(peer))),
    ratio,
    better: "higher",
    target: atLeast === undefined ? "" : `≥ ${atLeast}×`,
    met: atLeast === undefined ? null : ratio >= atLeast
  })
}

async function runAppends(context: BenchContext): Promise<void> {
  await inChromium("indexeddb/append", async ({ page: tab }) => {
    for (const durability of ["strict", "relaxed"] as const)
      for (const { batchSize, documents } of cases) {
        const rounds = context.quick ? 2 : 10
        const commits = context.quick ? 200 : commitsPerCase / rounds
        const appends = Math.ceil(commits / batchSize)
        const one = { durability, batchSize, documents, appends, rounds }
        report(context, {
          bench: "indexeddb/append",
          input: `${appends * batchSize * rounds} commits by ${batchSize}, ${documents} documents, ${durability}`,
          metric: "commits durable",
          peerName: "idb, the same bytes packed in one row a batch",
          count: appends * batchSize,
          rounds: await tab.evaluate(what => page.appends(what), one),
          atLeast: 0.6
        })
      }
  })
}

async function runOpenings(context: BenchContext): Promise<void> {
  await inChromium("indexeddb/open", async ({ page: tab }) => {
    const documents = context.quick ? 1000 : 10_000
    const rounds = await tab.evaluate(([count, times]) => page.openings(count, times), [
      documents,
      context.quick ? 3 : 15
    ] as const)
    const ratio = median(rounds.map(({ ours, peer }) => ours / peer))
    context.report({
      bench: "indexeddb/open",
      input: `${documents} documents`,
      metric: "time to open and read all heads",
      unit: "ms",
      ours: median(rounds.map(({ ours }) => ours)),
      peer: median(rounds.map(({ peer }) => peer)),
      peerName: "idb, getAll of one store with a row a head",
      ratio,
      better: "lower",
      target: "≤ 1.5×",
      met: ratio <= 1.5
    })
  })
}

async function runKeystrokes(context: BenchContext): Promise<void> {
  await inChromium("indexeddb/keystrokes", async ({ page: tab }) => {
    const count = context.quick ? 50 : 1000
    report(context, {
      bench: "indexeddb/keystrokes",
      input: `${count} edits of one document, one after the other, relaxed`,
      metric: "edits durable",
      peerName: "y-indexeddb, each waited for",
      count,
      rounds: await tab.evaluate(([edits, times]) => page.keystrokes(edits, times), [
        count,
        context.quick ? 2 : 7
      ] as const)
    })
  })
}

async function runFillings(context: BenchContext): Promise<void> {
  await inChromium("indexeddb/fill", async ({ page: tab }) => {
    const documents = context.quick ? 300 : 10_000
    report(context, {
      bench: "indexeddb/fill",
      input: `${documents} documents of an IndexedDB store into an empty IndexedDB sink, relaxed`,
      metric: "documents",
      peerName: "idb, their values put by 500, read from nowhere",
      count: documents,
      rounds: await tab.evaluate(([count, times]) => page.fillings(count, times), [
        documents,
        context.quick ? 1 : 3
      ] as const)
    })
  })
}

/** Stores in a browser, beside idb by hand and y-indexeddb. */
export const benches: readonly Bench[] = [
  { name: "indexeddb/append", run: runAppends },
  { name: "indexeddb/open", run: runOpenings },
  { name: "indexeddb/keystrokes", run: runKeystrokes },
  { name: "indexeddb/fill", run: runFillings }
]
