import { join } from "node:path"
import { type Bench, type BenchContext, type BenchRow, median } from "../harness/bench.ts"
import { inChild } from "../harness/in-child.ts"
import { lowerRow } from "../harness/lower-row.ts"
import type { MemoryFigures, MemoryOrder } from "./memory-order.ts"
import { inTemporaryFolder } from "./temporary-folder.ts"

const held = 100

async function runMemory(context: BenchContext): Promise<void> {
  const many = context.quick ? 500 : 100_000
  const few = many / 100
  const runs = context.quick ? 1 : 5
  const none = await measured(0, runs)
  const small = await measured(few, runs)
  const large = await measured(many, runs)
  const input = `SQLite, ${many.toLocaleString("en-US")} documents, ${held} open`
  const row = (
    metric: string,
    unit: string,
    ours: number,
    peer: number,
    peerName: string,
    limit?: number
  ): BenchRow => {
    const head = { bench: "core/memory", input, peerName }
    return lowerRow(head, { metric, unit, ours, peer }, limit, `<= ${limit}× (${many / few}× documents)`)
  }
  const fewName = `${few.toLocaleString("en-US")} documents`
  context.report(
    row("resident", "MiB", mebibytes(large.residentBytes), mebibytes(none.residentBytes), "an empty store")
  )
  context.report(
    row(
      "resident, roots compared",
      "MiB",
      mebibytes(large.residentWithRootsBytes),
      mebibytes(none.residentWithRootsBytes),
      "an empty store"
    )
  )
  // Ten times the time for a hundred times the documents would still be far from linear; noise alone makes it two.
  context.report(row("opening", "ms", large.openMs, small.openMs, fewName, 3))
  context.report(row("first comparison of roots", "ms", large.firstRootMs, small.firstRootMs, fewName))
}

function mebibytes(bytes: number): number {
  return bytes / 2 ** 20
}

/** Fills a store in one process and measures it in others, as one that just wrote holds what a fresh one does not. */
async function measured(documents: number, runs: number): Promise<MemoryFigures> {
  return inTemporaryFolder(async folder => {
    const order = {
      path: join(folder, "store.db"),
      stateDirectory: join(folder, "state"),
      documents,
      open: held
    }
    await inMemoryChild({ ...order, stage: "fill" })
    const figures: MemoryFigures[] = []
    for (let run = 0; run < runs; run++) figures.push(await inMemoryChild({ ...order, stage: "measure" }))
    const middle = (read: (found: MemoryFigures) => number) => median(figures.map(read))
    return {
      openMs: middle(found => found.openMs),
      firstRootMs: middle(found => found.firstRootMs),
      residentBytes: middle(found => found.residentBytes),
      residentWithRootsBytes: middle(found => found.residentWithRootsBytes)
    }
  })
}

function inMemoryChild(order: MemoryOrder): Promise<MemoryFigures> {
  return inChild(join(import.meta.dirname, "memory-child.ts"), order)
}

/** What documents cost that nobody has open. */
export const benches: readonly Bench[] = [{ name: "core/memory", run: runMemory }]
