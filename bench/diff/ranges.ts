import { acceptRanges, beginRanges, RangeIndex, stepRanges } from "@syncline/diff/set"
import { type Bench, type BenchContext, measure } from "../harness/bench.ts"
import { type PlainItem, PlainSet, plainRanges } from "./plain-ranges.ts"
import { type DialogueCost, dialogueCost } from "./set-dialogue.ts"
import { idsOf, SET_KEY } from "./set-ids.ts"

const MEMBERS = 100_000
const ORDER_BYTES = 8
const EPOCH_SECONDS = 1_700_000_000

interface Member {
  readonly id: Uint8Array
  readonly time: number
}

/** What only the initiator has, and what only the responder has. */
interface Change {
  readonly news: readonly Member[]
  readonly olds: readonly Member[]
}

/** How a set is ordered and where its changes are. */
interface Case {
  readonly name: string
  readonly orderBytes: number
  readonly change: (members: readonly Member[], changed: number) => Change
}

const cases: readonly Case[] = [
  { name: "changed, by id", orderBytes: 0, change: changedInPlace },
  // A changed document keeps its place, as when its creation orders it.
  { name: "changed, by time", orderBytes: ORDER_BYTES, change: changedInPlace },
  {
    name: "new at the end, by time",
    orderBytes: ORDER_BYTES,
    change: (members, changed) => ({
      news: idsOf("new", 0, changed).map((id, i) => ({ id, time: EPOCH_SECONDS + members.length + i })),
      olds: []
    })
  }
]

function changedInPlace(members: readonly Member[], changed: number): Change {
  const stride = Math.floor(members.length / changed)
  const olds = members.filter((_, i) => i % stride === 0).slice(0, changed)
  const news = idsOf("new", 0, changed).map((id, i) => ({ id, time: olds[i]?.time ?? 0 }))
  return { news, olds }
}

function indexOf(members: readonly Member[], orderBytes: number): RangeIndex {
  const index = new RangeIndex(SET_KEY, { orderBytes, journal: 1 })
  for (const member of members) index.add(member.id, orderOf(member, orderBytes))
  return index
}

function orderOf({ time }: Member, orderBytes: number): Uint8Array {
  const order = new Uint8Array(orderBytes)
  if (orderBytes > 0) new DataView(order.buffer).setUint32(4, time)
  return order
}

function plainOf(members: readonly Member[], orderBytes: number): PlainSet {
  return new PlainSet(
    members.map(
      ({ id, time }): PlainItem => ({
        time: orderBytes > 0 ? time : 0,
        id: Buffer.from(id).toString("hex")
      })
    )
  )
}

function run(context: BenchContext): void {
  const count = context.quick ? MEMBERS / 10 : MEMBERS
  const members = idsOf("member", 0, count).map((id, i): Member => ({ id, time: EPOCH_SECONDS + i }))
  const sizes = context.quick ? [1, 100] : [0, 1, 10, 100, 1000, 10_000]
  for (const each of cases) {
    const right = indexOf(members, each.orderBytes)
    const plainRight = plainOf(members, each.orderBytes)
    for (const changed of sizes) reportCase(context, each, members, changed, right, plainRight)
  }
  reportUpkeep(context, members)
}

function reportCase(
  context: BenchContext,
  { name, orderBytes, change }: Case,
  members: readonly Member[],
  changed: number,
  right: RangeIndex,
  plainRight: PlainSet
): void {
  const { news, olds } = changed === 0 ? { news: [], olds: [] } : change(members, changed)
  const gone = new Set(olds)
  const mine = [...members.filter(member => !gone.has(member)), ...news]
  const left = indexOf(mine, orderBytes)
  const plainLeft = plainOf(mine, orderBytes)
  const talk = (tells: boolean): DialogueCost =>
    dialogueCost(
      {
        begin: () => beginRanges(left, { tells }),
        accept: message => acceptRanges(right, message),
        initiator: (session, message) => stepRanges(left, session, message),
        responder: (session, message) => stepRanges(right, session, message)
      },
      news.length
    )
  const [cost, both, plain] = [talk(false), talk(true), plainRanges(plainLeft, plainRight)]
  if (plain.ours !== news.length) throw new Error(`plain ranges found ${plain.ours} of ${news.length}`)
  const minTimeMs = context.quick ? 10 : 100
  // Where it is long, once must do.
  const msOf = (act: () => unknown): number =>
    changed <= 100 ? 1000 / measure(act, { minTimeMs }) : timeOf(act)
  report("all messages, one side told", "B", cost.bytes, plain.bytes, true)
  report("all messages, both sides told", "B", both.bytes, plain.bytes, false)
  report("round trips", "", cost.messages / 2, plain.messages / 2, false)
  report(
    "both sides' time",
    "ms",
    msOf(() => talk(false)),
    msOf(() => plainRanges(plainLeft, plainRight)),
    false
  )

  function report(metric: string, unit: string, ours: number, peer: number, targeted: boolean): void {
    context.report({
      bench: "diff/ranges",
      input: `${changed} of ${members.length} ${name}`,
      metric,
      unit,
      ours,
      peer,
      peerName: "negentropy's scheme, 8 B ids",
      ratio: ours / peer,
      better: "lower",
      target: targeted ? "≤ 1×" : "",
      met: targeted ? ours <= peer : null
    })
  }
}

function timeOf(act: () => unknown): number {
  const start = performance.now()
  act()
  return performance.now() - start
}

/** Adding and removing among so many, beside splicing a sorted array. */
function reportUpkeep(context: BenchContext, members: readonly Member[]): void {
  const index = indexOf(members, 0)
  const sorted = members.map(({ id }) => Buffer.from(id).toString("hex")).toSorted()
  const fresh = idsOf("fresh", 0, 200)
  const minTimeMs = context.quick ? 10 : 300
  const ours =
    1e6 /
    measure(
      () => {
        for (const id of fresh) index.add(id)
        for (const id of fresh) index.delete(id)
      },
      { minTimeMs }
    ) /
    (2 * fresh.length)
  const plain = plainOf(members, 0)
  const texts = fresh.map(id => Buffer.from(id).toString("hex"))
  const splice = (): void => {
    for (const text of texts) sorted.splice(plain.rank({ time: 0, id: text }), 0, text)
    for (const text of texts) sorted.splice(plain.rank({ time: 0, id: text }), 1)
  }
  const peer = 1e6 / measure(splice, { minTimeMs }) / (2 * fresh.length)
  context.report({
    bench: "diff/ranges",
    input: `${members.length} ids`,
    metric: "adding or removing an id",
    unit: "µs",
    ours,
    peer,
    peerName: "splicing a sorted array",
    ratio: ours / peer,
    better: "lower",
    target: "",
    met: null
  })
}

/** Range reconciliation beside the scheme of negentropy (hoytech/negentropy), whose package is not on npm, on the same sets. */
export const benches: readonly Bench[] = [{ name: "diff/ranges", run }]
