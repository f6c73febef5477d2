// Runs in a process of its own, started by migration.ts: one stage, its figures to the parent.
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { sqliteSink, sqliteStore } from "@syncline/adapters/sqlite"
import { type DurableDocument, openReplica, type Replica } from "@syncline/core"
import { migrateSink } from "@syncline/core/migration"
import { yjs } from "@syncline/core/yjs"
import { type BenchNote, benchNotes, notesTable } from "../projection/bench-note.ts"
import { type RawRows, rawNotes } from "../projection/raw-rows.ts"
import { fillByHand, notesByHand } from "./by-hand.ts"
import type { MigrationFigures, MigrationOrder } from "./migration-order.ts"

const wanted = JSON.parse(process.argv[2] ?? "") as MigrationOrder

/** Enough for the code to be loaded and to run a while: what that takes is not what documents take. */
const warmUpDocuments = 1_000

const stages = { fill, migrate, raw, "by hand": byHand }
const stage = stages[wanted.stage]
if (wanted.stage !== "fill") {
  const folder = join(wanted.folder, `warm-up ${wanted.stage} ${wanted.round}`)
  const warmUp = { ...wanted, folder, documents: warmUpDocuments }
  mkdirSync(folder)
  await fill(warmUp)
  await stage(warmUp)
}
process.send?.(await stage(wanted))

/** Writes the documents, each in one commit, and lets go of them; and the same by hand. */
async function fill(order: MigrationOrder): Promise<MigrationFigures> {
  fillByHand(join(order.folder, "by-hand.db"), order.documents)
  const replica = await openReplica({ store: storeIn(order), engine: yjs() })
  let count = 0
  for (const { id, note } of benchNotes(order.documents)) {
    ;(await replica.load(id)).change(draft => Object.assign(draft, note))
    if (++count % 2000 === 0) await replica.flush()
  }
  await replica.close()
  return { filledMs: 0, filledCpuMs: 0, doneMs: 0, peakBytes: 0, heldBytes: 0 }
}

async function migrate(order: MigrationOrder): Promise<MigrationFigures> {
  const watch = watchProcess()
  const start = performance.now()
  const migration = migrateSink({
    name: `round ${order.round}`,
    to: sqliteSink(join(order.folder, `new-${order.round}.db`), { tables: [notesTable] })
  })
  const replica: Replica = await openReplica({ store: storeIn(order), engine: yjs(), sinks: [migration] })
  await migration.reached("catch-up")
  const filledMs = performance.now() - start
  const filledCpuMs = watch.cpuMs()
  await migration.reached("done")
  const doneMs = performance.now() - start
  const memory = watch.memory()
  await replica.close()
  return { filledMs, filledCpuMs, doneMs, ...memory }
}

/** The same rows, made beforehand, in transactions of the same size. */
function raw(order: MigrationOrder): Promise<MigrationFigures> {
  const rows = rawNotes(join(order.folder, `raw-${order.round}.db`))
  const made = [...benchNotes(order.documents)].map(({ id, note }) => rows.toRow(durable(id, note)))
  const watch = watchProcess()
  const start = performance.now()
  for (let at = 0; at < made.length; at += 500) rows.write(made.slice(at, at + 500))
  return Promise.resolve(filledAt(watch, start, rows))
}

/** The same rows out of stored Yjs documents. */
function byHand(order: MigrationOrder): Promise<MigrationFigures> {
  const rows = rawNotes(join(order.folder, `hand-${order.round}.db`))
  const watch = watchProcess()
  const start = performance.now()
  for (const page of notesByHand(join(order.folder, "by-hand.db")))
    rows.write(page.map(({ id, note }) => rows.toRow(durable(id, note))))
  return Promise.resolve(filledAt(watch, start, rows))
}

function durable(id: string, note: BenchNote): DurableDocument {
  return { id, value: note } as object as DurableDocument
}

function filledAt(watch: Watch, start: number, rows: RawRows): MigrationFigures {
  const filledMs = performance.now() - start
  const filledCpuMs = watch.cpuMs()
  const memory = watch.memory()
  rows.close()
  return { filledMs, filledCpuMs, doneMs: filledMs, ...memory }
}

function storeIn({ folder }: MigrationOrder) {
  return sqliteStore(join(folder, "store.db"), { stateDirectory: join(folder, "state") })
}

interface Watch {
  cpuMs(): number
  memory(): Pick<MigrationFigures, "peakBytes" | "heldBytes">
}

/** What the system and the engine say of this process, as differences to now. */
function watchProcess(): Watch {
  globalThis.gc?.()
  const cpu = process.cpuUsage()
  const resident = process.memoryUsage.rss()
  const held = heldBytes()
  return {
    cpuMs: () => {
      const { user, system } = process.cpuUsage(cpu)
      return (user + system) / 1000
    },
    memory: () => {
      // The system's own high-water mark: a timer that looks now and then misses what comes and goes between its turns, and all of a loop
      // that gives it none. Where loading the modules took more than what came after, it says too much, never too little.
      const peakBytes = process.resourceUsage().maxRSS * 1024 - resident
      globalThis.gc?.()
      return { peakBytes, heldBytes: heldBytes() - held }
    }
  }
}

function heldBytes(): number {
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
