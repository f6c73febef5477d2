import { copyFileSync } from "node:fs"
import { join } from "node:path"
import { sqliteStore } from "@syncline/adapters/sqlite"
import { webSocketTransport } from "@syncline/adapters/websocket"
import { inTemporaryFolder } from "../core/temporary-folder.ts"
import type { Bench, BenchContext, BenchRow } from "../harness/bench.ts"
import { type MeasuredServer, measuredServer } from "./measured-server.ts"
import type { MemoryAnswer } from "./memory-order.ts"
import { appendToNote, openNotes, writeNotes } from "./notes.ts"

const linkTarget = 50_000
const documentTarget = 200

/** A share of the links that is there before the first look: the heap grows by tens of megabytes with the first work, once. */
const before = 1 / 2

async function runServerMemory(context: BenchContext): Promise<void> {
  await reportLinks(context, context.quick ? 4 : 500)
  await reportDocuments(context, context.quick ? [20, 100] : [1_000, 100_000])
}

/** Links at rest: every client holds what the server holds. */
async function reportLinks(context: BenchContext, links: number): Promise<void> {
  await inTemporaryFolder(async folder => {
    const server = await measuredServer({ kind: "replica", ...(await fill(folder, "server", 10)) })
    const ours = await grown(server, links, () => linkTo(server.port))
    const sockets = await measuredServer({ kind: "sockets" })
    const bare = await grown(sockets, links, () => socketTo(sockets.port))
    report(
      context,
      `${links} links of clients in memory, at rest`,
      "idle link",
      { ours, bare, target: linkTarget },
      "a WebSocket of ws"
    )
  })
}

/** Documents that nobody has open, at a server that compared its roots with a stranger's. */
async function reportDocuments(
  context: BenchContext,
  [few, many]: readonly [number, number] | number[]
): Promise<void> {
  if (few === undefined || many === undefined) return
  const ours = each(await documentMemory(few), await documentMemory(many), many - few)
  const bare = each(await mapMemory(few), await mapMemory(many), many - few)
  const input = `SQLite, ${many.toLocaleString("en-US")} documents, none open`
  report(context, input, "idle document", { ours, bare, target: documentTarget }, "Map of id to digest")
}

async function documentMemory(documents: number): Promise<MemoryAnswer> {
  return inTemporaryFolder(async folder => {
    const store = await fill(folder, "server", documents)
    const copy = join(folder, "client.db")
    copyFileSync(store.path, copy)
    const server = await measuredServer({ kind: "replica", ...store })
    const client = await openNotes(sqliteStore(copy, { stateDirectory: join(folder, "client-state") }))
    // Something to find, or equal roots in the greeting would be the end of it.
    await appendToNote(client, 0, " More.")
    await client.flush()
    const link = client.connect(webSocketTransport(`ws://127.0.0.1:${server.port}/sync`))
    await link.synced()
    await client.close()
    const answer = await server.memory()
    server.kill()
    return answer
  })
}

async function mapMemory(documents: number): Promise<MemoryAnswer> {
  const map = await measuredServer({ kind: "map", documents })
  const answer = await map.memory()
  map.kill()
  return answer
}

async function fill(
  folder: string,
  name: string,
  documents: number
): Promise<{ readonly path: string; readonly stateDirectory: string }> {
  const store = { path: join(folder, `${name}.db`), stateDirectory: join(folder, `${name}-state`) }
  const replica = await openNotes(
    sqliteStore(store.path, { durability: "process", stateDirectory: store.stateDirectory }),
    1_000_000
  )
  await writeNotes(replica, 0, documents)
  await replica.close()
  return store
}

/** What a server has more for each of so many connections. Ends it. */
async function grown(
  server: MeasuredServer,
  links: number,
  dial: () => Promise<unknown>
): Promise<MemoryAnswer> {
  for (let i = 0; i < before * links; i++) await dial()
  const first = await server.memory()
  for (let i = 0; i < links; i++) await dial()
  const last = await server.memory()
  server.kill()
  return each(first, last, links)
}

/** Each client is a replica of its own; it has everything when this is fulfilled. */
async function linkTo(port: number): Promise<void> {
  const client = await openNotes()
  await client.connect(webSocketTransport(`ws://127.0.0.1:${port}/sync`)).synced()
}

function socketTo(port: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`)
    socket.addEventListener("open", resolve)
    socket.addEventListener("error", () => reject(new Error("no connection")))
  })
}

function each(first: MemoryAnswer, last: MemoryAnswer, count: number): MemoryAnswer {
  return {
    port: last.port,
    heapBytes: (last.heapBytes - first.heapBytes) / count,
    residentBytes: (last.residentBytes - first.residentBytes) / count
  }
}

function report(
  context: BenchContext,
  input: string,
  subject: string,
  {
    ours,
    bare,
    target
  }: { readonly ours: MemoryAnswer; readonly bare: MemoryAnswer; readonly target: number },
  peerName: string
): void {
  const row = (metric: string, own: number, peer: number): BenchRow => ({
    bench: "sync/server-memory",
    input,
    metric,
    unit: "B",
    ours: own,
    peer,
    peerName,
    ratio: own / peer,
    better: "lower",
    target: "",
    met: null
  })
  const { heapBytes, residentBytes } = ours
  const limit = (bytes: number) => ({ target: `<= ${target} B`, met: bytes <= target })
  context.report({
    ...row(`${subject}, in use by JavaScript`, heapBytes, bare.heapBytes),
    ...limit(heapBytes)
  })
  context.report({
    ...row(`${subject}, resident, caches included`, residentBytes, bare.residentBytes),
    // A document's share of the store's cache is not counted; a link has none.
    ...(subject === "idle link" ? limit(residentBytes) : {})
  })
}

/** What a server holds for those who do nothing, and for documents that nobody looks at. */
export const benches: readonly Bench[] = [{ name: "sync/server-memory", run: runServerMemory }]
