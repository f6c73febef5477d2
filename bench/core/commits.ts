import { join } from "node:path"
import { sqliteStore } from "@syncline/adapters/sqlite"
import { memoryStore, type StoreBatch } from "@syncline/core"
import { type Bench, type BenchContext, median } from "../harness/bench.ts"
import { openRaw } from "../store/raw-database.ts"
import { openPapers } from "./linked-replicas.ts"
import { inTemporaryFolder } from "./temporary-folder.ts"
import { typingInto, typingInYjs } from "./typing.ts"
import { watchedStore } from "./watched-store.ts"

const target = 0.6
const warmUpRounds = 3
/** More would measure how Yjs fares in a long text, not how commits are kept. */
const mostCommits = 20_000

/** How ticks are made durable and how large they are. */
interface Case {
  readonly durability: "power" | "process"
  readonly perTick: number
}

/** One side of a comparison: does one tick. What it returns is nobody's business. */
type Side = () => unknown

async function runCases(
  context: BenchContext,
  run: (one: Case, folder: string) => Promise<void>
): Promise<void> {
  for (const durability of ["power", "process"] as const)
    for (const perTick of context.quick ? [1, 100] : [1, 10, 100, 1000])
      await inTemporaryFolder(folder => run({ durability, perTick }, folder))
}

/**
 * In turns: a tick of edits through the whole replica; the update bytes of that tick inserted as rows; and the same
 * edits made in Yjs with its updates inserted as rows, the least that anybody could do.
 */
async function runCommits(context: BenchContext): Promise<void> {
  await runCases(context, async (one, folder) => {
    const { durability, perTick } = one
    const store = sqliteStore(join(folder, "ours.db"), { durability, stateDirectory: join(folder, "state") })
    const replica = await openPapers(store)
    const type = await typingInto(replica, perTick)
    const insert = rowInserter(join(folder, "raw.db"), durability)
    const insertNaive = rowInserter(join(folder, "naive.db"), durability)
    const typeNaive = typingInYjs(perTick)
    let updates: readonly Uint8Array[] = []
    const ours = async () => {
      updates = await type()
    }
    const peers = {
      "better-sqlite3, the same bytes as rows": () => insert(updates),
      "Yjs and better-sqlite3, an update a row": () => insertNaive(typeNaive())
    }
    await compare(context, { bench: "core/commits", metric: "from text.insert to durable" }, one, ours, peers)
    await replica.close()
  })
}

/** In turns: what a replica appended for a tick, appended again; and the update bytes of that tick inserted as rows. */
async function runRecords(context: BenchContext): Promise<void> {
  await runCases(context, async (one, folder) => {
    const { durability, perTick } = one
    const batches: StoreBatch[] = []
    const replica = await openPapers(watchedStore(memoryStore(), batch => batches.push(batch)))
    const session = await sqliteStore(join(folder, "ours.db"), {
      durability,
      stateDirectory: join(folder, "state")
    }).open()
    const type = await typingInto(replica, perTick)
    for (const batch of batches.splice(0)) await session.append(batch)
    const insert = rowInserter(join(folder, "raw.db"), durability)
    let updates: readonly Uint8Array[] = []
    const prepare = async () => {
      updates = await type()
    }
    const ours = async () => {
      for (const batch of batches.splice(0)) await session.append(batch)
    }
    const peers = { "better-sqlite3, the same bytes as rows": () => insert(updates) }
    await compare(
      context,
      { bench: "core/records", metric: "packed records appended" },
      one,
      ours,
      peers,
      prepare
    )
    await session.close()
    await replica.close()
  })
}

async function compare(
  context: BenchContext,
  names: { readonly bench: string; readonly metric: string },
  { durability, perTick }: Case,
  ours: Side,
  peers: Readonly<Record<string, Side>>,
  prepare: Side = () => {}
): Promise<void> {
  const sides = [ours, ...Object.values(peers)]
  const speeds: number[][] = []
  const deadline = performance.now() + (context.quick ? 100 : 3_000)
  const rounds = mostCommits / perTick
  for (let round = 0; round < 8 || (round < rounds && performance.now() < deadline); round++) {
    await prepare()
    const speed: number[] = []
    for (const side of sides) {
      const start = performance.now()
      await side()
      speed.push((1000 * perTick) / (performance.now() - start))
    }
    if (round >= warmUpRounds) speeds.push(speed)
  }
  for (const [i, peerName] of Object.keys(peers).entries()) {
    const ratio = median(speeds.map(speed => (speed[0] ?? 0) / (speed[i + 1] ?? 0)))
    context.report({
      ...names,
      input: `keystrokes, ${perTick} a transaction, synchronous = ${durability === "power" ? "FULL" : "NORMAL"}`,
      unit: "commits/s",
      ours: median(speeds.map(speed => speed[0] ?? 0)),
      peer: median(speeds.map(speed => speed[i + 1] ?? 0)),
      peerName,
      ratio,
      better: "higher",
      target: i === 0 ? `>= ${target}×` : "",
      met: i === 0 ? ratio >= target : null
    })
  }
}

function rowInserter(path: string, durability: Case["durability"]): (updates: readonly Uint8Array[]) => void {
  const database = openRaw(path, durability)
  database.exec("CREATE TABLE log (position INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT")
  const statement = database.prepare("INSERT INTO log (bytes) VALUES (?)")
  return database.transaction((updates: readonly Uint8Array[]) => {
    for (const update of updates) statement.run(update)
  })
}

/** Durable commits a second: through everything, and by the store alone once they are records. */
export const benches: readonly Bench[] = [
  { name: "core/commits", run: runCommits },
  { name: "core/records", run: runRecords }
]
