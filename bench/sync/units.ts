import { createHash } from "node:crypto"
import { systemPorts } from "@syncline/core"
import { RootIndex } from "../../packages/core/src/replica/root-index.ts"
import type { StoredHead } from "../../packages/core/src/store/store.ts"
import { type Bench, type BenchContext, type BenchRow, pair } from "../harness/bench.ts"

const noBytes = new Uint8Array()

async function runUnits(context: BenchContext): Promise<void> {
  const many = context.quick ? 20_000 : 100_000
  for (const documents of [many]) {
    const empty = heldBytes()
    const index = indexOf(documents)
    const input = `${documents.toLocaleString("en-US")} documents, ids of 13 characters`
    const report = (metric: string, ours: number, most?: number) =>
      context.report(memoryRow(input, metric, (ours - empty) / documents, most))
    await index.roots()
    report("tree and documents", heldBytes(), 200)
    const view = (await index.unit("notes")).view(index.key, true)
    await view.sketch()
    report("and sketch and ids, at rest", heldBytes(), 200)
    await view.ranges()
    report("and ranges, while they are compared", heldBytes())
    view.dropRanges()
    reportUpkeep(context, index, documents, input)
    view.close()
  }
}

function memoryRow(input: string, metric: string, ours: number, most: number | undefined): BenchRow {
  const raw = 13 + 32
  return {
    bench: "sync/units",
    input,
    metric: `memory a document: ${metric}`,
    unit: "B",
    ours,
    peer: raw,
    peerName: "id and digest, raw bytes",
    ratio: ours / raw,
    better: "lower",
    target: most === undefined ? "" : `<= ${most} B`,
    met: most === undefined ? null : ours <= most
  }
}

/** One document after the other gets a new digest: tree, sketch and the way from ids to documents are kept current. */
function reportUpkeep(context: BenchContext, index: RootIndex, documents: number, input: string): void {
  const map = new Map<string, Uint8Array>()
  for (let i = 0; i < documents; i++) map.set(nameOf(i), digestOf(i))
  let [mine, theirs] = [0, 0]
  const { ours, peer, ratio } = pair(
    () => {
      mine++
      index.set(nameOf((mine * 7919) % documents) as StoredHead["id"], freshDigest(mine))
    },
    () => {
      theirs++
      map.set(nameOf((theirs * 7919) % documents), freshDigest(theirs))
    }
  )
  const microseconds = 1e6 / ours
  context.report({
    bench: "sync/units",
    input,
    metric: "a changed document",
    unit: "µs",
    ours: microseconds,
    peer: 1e6 / peer,
    peerName: "Map.set",
    ratio: 1 / ratio,
    better: "lower",
    target: "<= 5 µs",
    met: microseconds <= 5
  })
}

function indexOf(documents: number): RootIndex {
  const scanHeads = async (page: { readonly limit: number; readonly after?: string }) => {
    const from = page.after === undefined ? 0 : Number(page.after.slice("notes/".length)) + 1
    const count = Math.min(page.limit, documents - from)
    return Array.from({ length: count }, (_, i): StoredHead => {
      const number = from + i
      return {
        id: nameOf(number) as StoredHead["id"],
        digest: digestOf(number),
        position: number,
        body: noBytes
      }
    })
  }
  return new RootIndex(
    { scanHeads, loadHead: async () => undefined },
    { secret: digestOf(-1), timers: systemPorts().timers }
  )
}

function nameOf(i: number): string {
  return `notes/${String(i).padStart(7, "0")}`
}

function digestOf(i: number): Uint8Array {
  return new Uint8Array(createHash("sha256").update(String(i)).digest())
}

/** A digest no document had before. */
function freshDigest(number: number): Uint8Array {
  const digest = new Uint8Array(32)
  for (let at = 0; at < 4; at++) digest[at] = number >>> (8 * at)
  return digest
}

/** Bytes the process holds for objects and arrays. */
function heldBytes(): number {
  for (let i = 0; i < 4; i++) globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** What a replica keeps to be compared with strangers. */
export const benches: readonly Bench[] = [{ name: "sync/units", run: runUnits }]
