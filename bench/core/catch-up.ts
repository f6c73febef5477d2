import type { Replica } from "@syncline/core"
import * as Y from "yjs"
import { type Bench, type BenchContext, type BenchRow, kept } from "../harness/bench.ts"
import { readTrace, type SequentialTrace } from "../traces/editing-trace.ts"
import { type Paper, papers, replayTrace } from "../traces/replay-trace.ts"
import { typingTime } from "../traces/typing-time.ts"
import { elapsedMs, interleaved } from "./interleaved.ts"
import { emptyStore, memoryRoute, openPapers, type StoreKind } from "./linked-replicas.ts"
import { inTemporaryFolder } from "./temporary-folder.ts"

/** A replica with the recording replayed, one commit a transaction, and the same in raw Yjs. */
interface Source {
  readonly replica: Replica
  readonly document: Paper
  readonly name: string
  readonly input: string
  readonly kind: StoreKind
}

async function runCatchUp(context: BenchContext): Promise<void> {
  const trace = readTrace("automerge-paper")
  if (trace === undefined) return
  for (const kind of ["memory", "sqlite"] as const)
    await inTemporaryFolder(async folder => {
      const source = await replayed(context, trace, kind, folder)
      if (kind === "memory") await reportBytes(context, source)
      await reportTime(context, source, folder)
      await source.replica.close()
    })
}

async function replayed(
  context: BenchContext,
  trace: SequentialTrace,
  kind: StoreKind,
  folder: string
): Promise<Source> {
  const count = context.quick ? 10_000 : trace.transactions.length
  const replica = await openPapers(emptyStore(kind, folder, "source"), { ports: { time: typingTime() } })
  const document = await replayTrace(replica, trace, { perTick: 1000, to: count })
  const input = `${trace.name}, ${count.toLocaleString("en-US")} commits`
  return { replica, document, name: trace.name, input, kind }
}

/** Everything both sides send from the first frame until their roots were found equal. */
async function reportBytes(context: BenchContext, { replica, document, name, input }: Source): Promise<void> {
  const joining = await openPapers(emptyStore("memory", "", "joining"))
  const link = joining.connect(memoryRoute(replica).transport)
  await link.synced()
  const arrived = await joining.load(papers, name)
  if (arrived.value.body !== document.value.body) throw new Error("the catch-up did not bring the document")
  const ours = link.metrics.bytesIn + link.metrics.bytesOut
  await joining.close()
  const native = document.native as Y.Doc
  const peers = [
    { peerName: "Y.encodeStateAsUpdate", peer: Y.encodeStateAsUpdate(native).length, most: 0.4 },
    { peerName: "Y.encodeStateAsUpdateV2", peer: Y.encodeStateAsUpdateV2(native).length, most: 0.7 }
  ]
  for (const { peerName, peer, most } of peers)
    context.report({
      bench: "core/catch-up",
      input: `${input}, new peer`,
      metric: "all frames, both ways",
      unit: "B",
      ours,
      peer,
      peerName,
      ratio: ours / peer,
      better: "lower",
      target: `<= ${most}×`,
      met: ours / peer <= most
    })
}

/**
 * From the opening of the link until the text is read at the new peer. Before each time a key is typed at the source,
 * so that nothing it may have kept from the time before is any use.
 */
async function reportTime(context: BenchContext, source: Source, folder: string): Promise<void> {
  const { replica, document, name, input, kind } = source
  for (const edited of [true, false]) {
    let joined = 0
    const rounds = context.quick ? 3 : 15
    const ours = async () => {
      if (edited) document.text("body").insert(0, "x")
      await replica.flush()
      const joining = await openPapers(emptyStore(kind, folder, `joining-${edited}-${joined++}`))
      const arriving = await joining.load(papers, name)
      const expected = document.value.body
      globalThis.gc?.()
      const took = await elapsedMs(
        () =>
          new Promise<void>(resolve => {
            arriving.subscribe(() => {
              kept.value = arriving.value.body
              if (kept.value === expected) resolve()
            })
            joining.connect(memoryRoute(replica).transport)
          })
      )
      await joining.close()
      return took
    }
    const peer = () => {
      const state = Y.encodeStateAsUpdate(document.native as Y.Doc)
      globalThis.gc?.()
      return elapsedMs(() => applyState(state))
    }
    const figures = await interleaved(rounds, ours, peer)
    const row: BenchRow = {
      bench: "core/catch-up",
      input: `${input}, new peer, ${kind}, ${edited ? "just edited" : "at rest"}`,
      metric: "link opened to text read",
      unit: "ms",
      ...figures,
      peerName: "Y.applyUpdate, toJSON",
      better: "lower",
      target: "<= 1.5×",
      met: figures.ratio <= 1.5
    }
    context.report(row)
  }
}

function applyState(state: Uint8Array): void {
  const doc = new Y.Doc()
  Y.applyUpdate(doc, state)
  kept.value = (doc.getMap("root").get("body") as Y.Text).toJSON()
}

/** A new peer catches up over the sync protocol. */
export const benches: readonly Bench[] = [{ name: "core/catch-up", run: runCatchUp }]
