// Runs in a process of its own, started by memory.ts: one stage, its figures to the parent.
import { openReplica, type Replica } from "@syncline/core"
import { yjs } from "@syncline/core/yjs"
import { sqliteStore } from "@syncline/adapters/sqlite"
import type { MemoryFigures, MemoryOrder } from "./memory-order.ts"

const order = JSON.parse(process.argv[2] ?? "") as MemoryOrder
const figures = order.stage === "fill" ? await fill() : await measure()
process.send?.(figures)

/** Writes the documents, several thousand in each transaction, and lets go of them. */
async function fill(): Promise<MemoryFigures> {
  const replica = await open()
  for (let from = 0; from < order.documents; from += 2000) {
    for (let i = from; i < Math.min(order.documents, from + 2000); i++)
      (await replica.load(nameOf(i))).change(draft => {
        draft.title = `Note ${i}`
        draft.body = `What note ${i} says, in a sentence or two as such notes do. It is not long.`
      })
    await replica.flush()
  }
  await replica.close()
  return residentFigures()
}

async function measure(): Promise<MemoryFigures> {
  const empty = residentFigures()
  const start = performance.now()
  const replica = await open()
  const openMs = performance.now() - start
  const documents = []
  for (let i = 0; i < Math.min(order.open, order.documents); i++)
    documents.push(await replica.load(nameOf(Math.floor((i * order.documents) / order.open))))
  const loaded = residentFigures()
  const compared = performance.now()
  await replica.host.unitRoots()
  const firstRootMs = performance.now() - compared
  const withRoots = residentFigures()
  if (documents.some(document => !document.exists)) throw new Error("a document is missing")
  await replica.close()
  return {
    openMs,
    firstRootMs,
    residentBytes: loaded.residentBytes - empty.residentBytes,
    residentWithRootsBytes: withRoots.residentBytes - empty.residentBytes
  }
}

function open(): Promise<Replica> {
  return openReplica({
    store: sqliteStore(order.path, { durability: "process", stateDirectory: order.stateDirectory }),
    engine: yjs(),
    memoryBudgetBytes: order.stage === "fill" ? 1_000_000 : 256_000_000
  })
}

function nameOf(i: number): string {
  return `notes/${String(i).padStart(7, "0")}`
}

function residentFigures(): MemoryFigures {
  for (let i = 0; i < 4; i++) globalThis.gc?.()
  const residentBytes = process.memoryUsage.rss()
  return { openMs: 0, firstRootMs: 0, residentBytes, residentWithRootsBytes: residentBytes }
}
