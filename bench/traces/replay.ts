import * as A from "@automerge/automerge"
import { type Engine, memoryStore, openReplica, type Replica, type Store } from "@syncline/core"
import { automerge } from "@syncline/core/automerge"
import { yjs } from "@syncline/core/yjs"
import * as Y from "yjs"
import type { Bench, BenchContext } from "../harness/bench.ts"
import { readTrace, type SequentialTrace, sequentialTraces, type TraceTransaction } from "./editing-trace.ts"
import { applyTransaction, papers } from "./replay-trace.ts"

const name = "traces/replay"
const target = 1.5
/** In turns of so many transactions, so that both sides see the same machine. */
const aTurn = 500
/** Commits in each transaction of the store. */
const aTick = 10

/** A library alone, typing a recording: each transaction is one of its own, of which it takes the bytes. */
interface RawReplay {
  apply(transaction: TraceTransaction): void
  readonly text: string
  save(): Uint8Array
  load(saved: Uint8Array): string
}

interface Side {
  readonly name: string
  readonly engine: () => Engine
  readonly raw: () => RawReplay
}

const sides: readonly Side[] = [
  { name: "Yjs", engine: yjs, raw: replayInYjs },
  { name: "Automerge", engine: automerge, raw: replayInAutomerge }
]

async function runReplay(context: BenchContext): Promise<void> {
  for (const side of sides)
    for (const traceName of sequentialTraces) {
      const trace = readTrace(traceName)
      if (trace !== undefined) await measureReplay(context, side, trace, context.quick ? 500 : undefined)
    }
}

async function measureReplay(
  context: BenchContext,
  side: Side,
  trace: SequentialTrace,
  first: number | undefined
): Promise<void> {
  const transactions = trace.transactions.slice(0, first)
  const store = memoryStore()
  const replica = await openPapers(side, store)
  const raw = side.raw()
  const spent = await replayInTurns(replica, raw, trace.name, transactions)
  await replica.close()
  const saved = raw.save()
  if (first === undefined && raw.text !== trace.endContent)
    throw new Error(`${side.name} alone did not end ${trace.name} with its content`)
  const opening = await reopen(side, store, trace.name, raw.text)
  const start = performance.now()
  raw.load(saved)
  const loading = performance.now() - start
  const input = `${side.name}, ${trace.name}, ${transactions.length.toLocaleString("en-US")} commits`
  const ratio = spent.ours / spent.peer
  const common = { bench: name, input, better: "lower" as const }
  context.report({
    ...common,
    metric: `replayed, durable in memory every ${aTick}`,
    unit: "s",
    ours: spent.ours / 1000,
    peer: spent.peer / 1000,
    peerName: `${side.name} and the bytes of each change`,
    ratio,
    target: `≤ ${target}`,
    met: ratio <= target
  })
  context.report({
    ...common,
    metric: "opened again, the end text read and right",
    unit: "ms",
    ours: opening,
    peer: loading,
    peerName: `${side.name} from its saved bytes`,
    ratio: opening / loading,
    target: "",
    met: null
  })
}

async function replayInTurns(
  replica: Replica,
  raw: RawReplay,
  id: string,
  transactions: readonly TraceTransaction[]
): Promise<{ readonly ours: number; readonly peer: number }> {
  const document = await replica.load(papers, id)
  const spent = { ours: 0, peer: 0 }
  for (let at = 0; at < transactions.length; at += aTurn) {
    const turn = transactions.slice(at, at + aTurn)
    let start = performance.now()
    for (const [i, transaction] of turn.entries()) {
      applyTransaction(document, transaction)
      if (i % aTick === aTick - 1) await replica.flush()
    }
    await replica.flush()
    spent.ours += performance.now() - start
    start = performance.now()
    for (const transaction of turn) raw.apply(transaction)
    spent.peer += performance.now() - start
  }
  return spent
}

async function reopen(side: Side, store: Store, id: string, expected: string): Promise<number> {
  const replica = await openPapers(side, store)
  const start = performance.now()
  const { body } = (await replica.load(papers, id)).value
  const spent = performance.now() - start
  await replica.close()
  if (body !== expected) throw new Error(`${id} in ${side.name} did not come back with its content`)
  return spent
}

function openPapers({ engine }: Side, store: Store): Promise<Replica> {
  return openReplica({ store, engine: engine(), collections: [papers] })
}

function replayInYjs(): RawReplay {
  const doc = new Y.Doc()
  const body = doc.getText("body")
  doc.on("update", () => {})
  return {
    apply: ({ patches }) =>
      doc.transact(() => {
        for (const [index, remove, insert] of patches) {
          if (remove > 0) body.delete(index, remove)
          if (insert !== "") body.insert(index, insert)
        }
      }),
    get text() {
      return body.toJSON()
    },
    save: () => Y.encodeStateAsUpdate(doc),
    load: saved => {
      const loaded = new Y.Doc()
      Y.applyUpdate(loaded, saved)
      return loaded.getText("body").toJSON()
    }
  }
}

function replayInAutomerge(): RawReplay {
  let doc = A.from({ body: "" })
  return {
    apply: ({ patches }) => {
      doc = A.change(doc, draft => {
        for (const patch of patches) A.splice(draft, ["body"], ...patch)
      })
      A.getLastLocalChange(doc)
    },
    get text() {
      return doc.body
    },
    save: () => A.save(doc),
    load: saved => A.load<{ body: string }>(saved).body
  }
}

/** Recorded typing through a document, one commit a keystroke, beside the library alone. */
export const benches: readonly Bench[] = [{ name, run: runReplay }]
