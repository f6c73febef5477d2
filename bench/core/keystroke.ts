import { setImmediate as nextTurn } from "node:timers/promises"
import { memoryStore, type Replica, type Store } from "@syncline/core"
import * as Y from "yjs"
import { type Bench, type BenchContext, type BenchRow, kept, median } from "../harness/bench.ts"
import { seededRandom } from "../harness/seeded-random.ts"
import { type Paper, papers } from "../traces/replay-trace.ts"
import {
  emptyStore,
  memoryRoute,
  openPapers,
  type Route,
  type StoreKind,
  webSocketRoute
} from "./linked-replicas.ts"
import { inTemporaryFolder } from "./temporary-folder.ts"

const characters = 100_000
/** The document is written in this many pieces, by as many identities as asked for. */
const pieces = 1_000
const name = "keystrokes"

/** A key press and how to wait until the other side has seen it. */
type Press = (position: number) => Promise<number> | number

async function runKeystrokes(context: BenchContext): Promise<void> {
  for (const identities of context.quick ? [10] : [1, 100, 1_000])
    for (const kind of ["memory", "sqlite"] as const)
      await inTemporaryFolder(folder => measureLink(context, identities, kind, folder))
}

async function measureLink(
  context: BenchContext,
  identities: number,
  kind: StoreKind,
  folder: string
): Promise<void> {
  const writing = await writtenBy(identities, emptyStore(kind, folder, "a"))
  const watching = await openPapers(emptyStore(kind, folder, "b"))
  const route = kind === "memory" ? memoryRoute(writing) : await webSocketRoute(writing)
  await watching.connect(route.transport).synced()
  const ours = pressOn(await writing.load(papers, name), await watching.load(papers, name))
  const peer = pressInYjs(identities)
  const samples = await inTurns(ours, peer, context.quick ? 100 : 2_000)
  await close(writing, watching, route)
  const way = kind === "memory" ? "memory link, memory stores" : "WebSocket, SQLite synced to disk"
  const input = `${characters / 1000}k characters, ${identities} past identities, ${way}`
  for (const [metric, figure] of [
    ["median", (values: readonly number[]) => median(values)],
    ["99th percentile", (values: readonly number[]) => quantile(values, 0.99)]
  ] as const) {
    const [mine, theirs] = [figure(samples.ours), figure(samples.peer)]
    const row: BenchRow = {
      bench: "core/keystroke",
      input,
      metric: `change to remote subscriber, ${metric}`,
      unit: "µs",
      ours: mine,
      peer: theirs,
      peerName: "Yjs update to applyUpdate, no store, no link",
      ratio: mine / theirs,
      better: "lower",
      target: "",
      met: null
    }
    context.report(row)
  }
}

/** A replica whose document was written under as many identities, each an opening of the store. */
async function writtenBy(identities: number, store: Store): Promise<Replica> {
  // In memory, as a thousand openings on disk measure nothing that is asked here.
  const first = memoryStore()
  const random = seededRandom(identities)
  for (let identity = 0; identity < identities; identity++) {
    const replica = await openPapers(first, { identity: "per-opening" })
    const document = await replica.load(papers, name)
    for (let piece = 0; piece < pieces / identities; piece++) {
      const { length } = document.value.body
      document.text("body").insert(Math.floor(random() * (length + 1)), pieceOfText(random))
    }
    await replica.close()
  }
  const filled = await openPapers(first, { identity: "per-opening" })
  const replica = await openPapers(store)
  await replica.connect(memoryRoute(filled).transport).synced()
  await filled.close()
  return replica
}

function pressOn(writing: Paper, watching: Paper): Press {
  const waiting: (() => void)[] = []
  watching.subscribe(() => waiting.pop()?.())
  return position =>
    new Promise(resolve => {
      const start = performance.now()
      waiting.push(() => resolve(performance.now() - start))
      writing.text("body").insert(position, "x")
    })
}

function pressInYjs(identities: number): Press {
  const writing = new Y.Doc()
  const text = writing.getText("body")
  const random = seededRandom(identities)
  const own = writing.clientID
  for (let piece = 0; piece < pieces; piece++) {
    writing.clientID = 1_000 + Math.floor((piece * identities) / pieces)
    text.insert(Math.floor(random() * (text.length + 1)), pieceOfText(random))
  }
  writing.clientID = own
  const watching = new Y.Doc()
  Y.applyUpdate(watching, Y.encodeStateAsUpdate(writing))
  writing.on("update", update => Y.applyUpdate(watching, update))
  let seenAt = 0
  watching.getText("body").observe(() => {
    seenAt = performance.now()
  })
  return position => {
    const start = performance.now()
    text.insert(position, "x")
    return seenAt - start
  }
}

/** Somebody types words, and goes elsewhere after each. The machine comes to rest between keys, as people are slow. */
async function inTurns(ours: Press, peer: Press, count: number): Promise<{ ours: number[]; peer: number[] }> {
  const random = seededRandom(7)
  const warmUp = Math.ceil(count / 4)
  const taken = { ours: [] as number[], peer: [] as number[] }
  let position = 0
  for (let key = 0; key < warmUp + count; key++) {
    position = key % 6 === 0 ? Math.floor(random() * characters) : position + 1
    const mine = await ours(position)
    for (let turn = 0; turn < 10; turn++) await nextTurn()
    const theirs = await peer(position)
    await nextTurn()
    if (key < warmUp) continue
    taken.ours.push(mine * 1000)
    taken.peer.push(theirs * 1000)
  }
  kept.value = taken
  return taken
}

async function close(writing: Replica, watching: Replica, route: Route): Promise<void> {
  await watching.close()
  await writing.close()
  await route.close()
}

function pieceOfText(random: () => number): string {
  const length = characters / pieces
  return Array.from({ length }, () =>
    random() < 0.18 ? " " : String.fromCharCode(97 + Math.floor(random() * 26))
  ).join("")
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))] ?? Number.NaN
}

/** From a key press to the callback that shows it to somebody else. */
export const benches: readonly Bench[] = [{ name: "core/keystroke", run: runKeystrokes }]
