import { type Bench, type BenchContext, type BenchRow, median } from "../harness/bench.ts"
import { inChild } from "./in-child.ts"
import type { ContenderName, PeersFigures, PeersOrder, SyncCost } from "./peers-order.ts"

const peers = ["automerge-repo", "Hocuspocus"] as const satisfies readonly ContenderName[]

/** Beyond this a contender is told as not done. */
const limitMs = 5 * 60_000

/** A number of documents, how often how many are changed, and how many times fewer bytes are asked for. */
interface Case {
  readonly documents: number
  readonly changes: readonly number[]
  readonly fewerBytes: number | undefined
}

const cases: readonly Case[] = [
  { documents: 1_000, changes: [10, 10, 10], fewerBytes: 50 },
  { documents: 10_000, changes: [10, 100], fewerBytes: 300 }
]
const quickCases: readonly Case[] = [{ documents: 40, changes: [10], fewerBytes: undefined }]

async function runPeers(context: BenchContext): Promise<void> {
  for (const { documents, changes, fewerBytes } of context.quick ? quickCases : cases) {
    const silenceMs = context.quick ? 100 : 500
    const ours = await measured({ contender: "Syncline", documents, changes, silenceMs })
    if (ours === undefined) throw new Error(`Syncline did not get ${documents} documents equal`)
    const strangers = await measured({
      contender: "Syncline, strangers",
      documents,
      changes: changes.slice(0, 1),
      silenceMs
    })
    const theirs = new Map<ContenderName, PeersFigures | undefined>()
    for (const contender of peers)
      theirs.set(contender, await measured({ contender, documents, changes, silenceMs }))
    const compare = comparer(context, theirs)
    const all = documents.toLocaleString("en-US")
    for (const changed of new Set(changes)) {
      const read = (figures: PeersFigures) => reconnectCost(figures, changes, changed)
      const input = `${all} documents, ${changed} changed, reconnect`
      compare(input, read(ours), read, fewerBytes)
      if (strangers !== undefined && changed === changes[0])
        compare(`${input} as strangers`, strangers.reconnects[0], read)
    }
    compare(`${all} documents, first sync`, ours.first, ({ first }) => first, 1)
  }
}

/** The middle of the reconnections with so many changes. */
function reconnectCost({ reconnects }: PeersFigures, changes: readonly number[], changed: number): SyncCost {
  const costs = reconnects.filter((_, index) => changes[index] === changed)
  const middle = (read: (cost: SyncCost) => number) => median(costs.map(read))
  return {
    bytes: middle(cost => cost.bytes),
    equalMs: middle(cost => cost.equalMs),
    silentMs: middle(cost => cost.silentMs),
    cpuMs: middle(cost => cost.cpuMs)
  }
}

type Compare = (
  input: string,
  ours: SyncCost | undefined,
  read: (theirs: PeersFigures) => SyncCost | undefined,
  /** How many times fewer bytes than the better peer are asked for, and with it being faster; nothing if absent. */
  fewerBytes?: number
) => void

const metrics = [
  { metric: "bytes on the wire, both ways", unit: "B", of: ({ bytes }: SyncCost) => bytes },
  { metric: "connect until equal at both ends", unit: "ms", of: ({ equalMs }: SyncCost) => equalMs },
  { metric: "connect until the last byte", unit: "ms", of: ({ silentMs }: SyncCost) => silentMs },
  { metric: "processor time of both ends", unit: "ms", of: ({ cpuMs }: SyncCost) => cpuMs }
] as const

/** Reports our cost beside that of each peer, and what it is of the better one. */
function comparer(
  context: BenchContext,
  theirs: ReadonlyMap<ContenderName, PeersFigures | undefined>
): Compare {
  return (input, ours, read, fewerBytes) => {
    if (ours === undefined) return
    for (const { metric, unit, of } of metrics) {
      const row = (peer: number, peerName: string): BenchRow => ({
        bench: "sync/peers",
        input,
        metric,
        unit,
        ours: of(ours),
        peer,
        peerName,
        ratio: of(ours) / peer,
        better: "lower",
        target: "",
        met: null
      })
      const found: { readonly name: string; readonly cost: number }[] = []
      for (const [name, figures] of theirs) {
        const cost = figures === undefined ? undefined : read(figures)
        context.report(
          row(
            cost === undefined ? Number.NaN : of(cost),
            cost ? name : `${name}, not done in ${limitMs / 60_000} minutes`
          )
        )
        if (cost !== undefined) found.push({ name, cost: of(cost) })
      }
      const best = found.toSorted((a, b) => a.cost - b.cost)[0]
      if (best === undefined || metric === "connect until the last byte") continue
      context.report(timesBetter(input, metric, best, of(ours), fewerBytes))
    }
  }
}

function timesBetter(
  input: string,
  metric: string,
  best: { readonly name: string; readonly cost: number },
  ours: number,
  fewerBytes: number | undefined
): BenchRow {
  const times = best.cost / ours
  const isBytes = metric.startsWith("bytes")
  const asked =
    fewerBytes === undefined || metric.startsWith("processor") ? undefined : isBytes ? fewerBytes : 1
  return {
    bench: "sync/peers",
    input,
    metric: isBytes ? "× fewer bytes than the better peer" : `× faster than the better peer, ${metric}`,
    unit: "×",
    ours: times,
    peer: 1,
    peerName: best.name,
    ratio: times,
    better: "higher",
    target: asked === undefined ? "" : asked === 1 ? "> 1×" : `≥ ${asked}×`,
    met: asked === undefined ? null : times > 1 && times >= asked
  }
}

/** Undefined where that contender did not come to an end in time. */
function measured(order: PeersOrder): Promise<PeersFigures | undefined> {
  return inChild("peers-child.ts", order, limitMs)
}

/** What documents cost that were not changed, beside those who sync document by document. */
export const benches: readonly Bench[] = [{ name: "sync/peers", run: runPeers }]
