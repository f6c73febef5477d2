import { type Bench, type BenchContext, type BenchRow, median } from "../harness/bench.ts"
import { inSyncChild } from "./in-sync-child.ts"
import type { ContenderName, PeersFigures, PeersOrder, SyncCost } from "./peers-order.ts"

const peers = ["automerge-repo", "Hocuspocus"] as const satisfies readonly ContenderName[]

/** Beyond this a contender is told as not done. */
const limitMs = 5 * 60_000

/** A peer whose process dies is asked again so often: automerge-repo now and then finds a document unavailable that its server has. */
const attempts = 3

/** What was found of a contender, or why nothing was. */
type Measured = { readonly figures: PeersFigures } | { readonly why: string }

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
    const order = { documents, changes, silenceMs }
    const ours = await measured({ ...order, contender: "Syncline" })
    if (ours === undefined) throw new Error(`Syncline did not get ${documents} documents equal`)
    const strangers = await measured({
      ...order,
      contender: "Syncline, strangers",
      changes: changes.slice(0, 1)
    })
    const theirs = new Map<ContenderName, Measured>()
    for (const contender of peers) theirs.set(contender, await measuredPeer({ ...order, contender }))
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

/** What is compared, and how it is said that ours is better by some factor. */
interface Metric {
  readonly metric: string
  readonly unit: string
  of(cost: SyncCost): number
  readonly times?: string
  /** The factor asked for, where so many times fewer bytes are. */
  asked?(fewerBytes: number): number
}

const metrics: readonly Metric[] = [
  {
    metric: "bytes on the wire, both ways",
    unit: "B",
    of: ({ bytes }) => bytes,
    times: "× fewer bytes than the better peer",
    asked: fewerBytes => fewerBytes
  },
  {
    metric: "connect until equal at both ends",
    unit: "ms",
    of: ({ equalMs }) => equalMs,
    times: "× faster than the better peer, until equal",
    asked: () => 1
  },
  { metric: "connect until the last byte", unit: "ms", of: ({ silentMs }) => silentMs },
  {
    metric: "processor time of both ends",
    unit: "ms",
    of: ({ cpuMs }) => cpuMs,
    times: "× less processor time than the better peer"
  }
]

/** Reports our cost beside that of each peer, and what it is of the better one. */
function comparer(context: BenchContext, theirs: ReadonlyMap<ContenderName, Measured>): Compare {
  return (input, ours, read, fewerBytes) => {
    if (ours === undefined) return
    for (const metric of metrics) {
      const costs = peers.map(name => {
        const found = theirs.get(name)
        if (found === undefined || "why" in found)
          return { peerName: `${name}, ${found?.why ?? "not measured"}`, peer: Number.NaN }
        const cost = read(found.figures)
        return { peerName: name, peer: cost === undefined ? Number.NaN : metric.of(cost) }
      })
      for (const cost of costs) context.report(besideRow(input, metric, metric.of(ours), cost))
      const [best] = costs
        .filter(({ peer }) => Number.isFinite(peer))
        .sort((one, other) => one.peer - other.peer)
      if (best !== undefined && metric.times !== undefined)
        context.report(timesRow(input, metric, best.peer / metric.of(ours), best.peerName, fewerBytes))
    }
  }
}

function besideRow(
  input: string,
  { metric, unit }: Metric,
  ours: number,
  { peer, peerName }: Pick<BenchRow, "peer" | "peerName">
): BenchRow {
  const ratio = ours / peer
  return {
    bench: "sync/peers",
    input,
    metric,
    unit,
    ours,
    peer,
    peerName,
    ratio,
    better: "lower",
    target: "",
    met: null
  }
}

function timesRow(
  input: string,
  metric: Metric,
  factor: number,
  peerName: string,
  fewerBytes: number | undefined
): BenchRow {
  const least = fewerBytes === undefined ? undefined : metric.asked?.(fewerBytes)
  const row = {
    bench: "sync/peers",
    input,
    metric: metric.times ?? metric.metric,
    unit: "×",
    ours: factor,
    peer: 1,
    peerName
  } as const
  if (least === undefined) return { ...row, ratio: factor, better: "higher", target: "", met: null }
  const target = least === 1 ? "> 1×" : `≥ ${least}×`
  return { ...row, ratio: factor, better: "higher", target, met: factor > 1 && factor >= least }
}

/** Undefined where that contender did not come to an end in time. */
function measured(order: PeersOrder): Promise<PeersFigures | undefined> {
  return inSyncChild("peers-child.ts", order, limitMs)
}

/** A peer that fails is told as failing: its rows, and those of others, are worth having all the same. */
async function measuredPeer(order: PeersOrder): Promise<Measured> {
  for (let attempt = 1; ; attempt++)
    try {
      const figures = await measured(order)
      return figures === undefined ? { why: `not done in ${limitMs / 60_000} minutes` } : { figures }
    } catch (error) {
      console.error(`${order.contender}, attempt ${attempt}: ${String(error)}`)
      if (attempt === attempts) return { why: `failed ${attempts} times` }
    }
}

/** What documents cost that were not changed, beside those who sync document by document. */
export const benches: readonly Bench[] = [{ name: "sync/peers", run: runPeers }]
