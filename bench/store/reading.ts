import { join } from "node:path"
import { sqliteStore } from "@syncline/adapters/sqlite"
import type { StoreSession } from "@syncline/core"
import { inTemporaryFolder } from "../core/temporary-folder.ts"
import { type Bench, type BenchContext, median } from "../harness/bench.ts"
import { openRaw, type RawDatabase } from "./raw-database.ts"
import { RawTable } from "./raw-table.ts"
import { Workload } from "./workload.ts"

const few = 1000
const pageSize = 100
const openings = 9

interface Filled {
  readonly ours: string
  readonly raw: string
  readonly stateDirectory: string
}

/** A store of so many documents and the same bytes in a plain table, plus records of random ones. */
async function fill(folder: string, documents: number, extraRecords: number): Promise<Filled> {
  const stateDirectory = join(folder, "state")
  const [ours, raw] = [join(folder, `ours-${documents}.db`), join(folder, `raw-${documents}.db`)]
  const session = await sqliteStore(ours, { durability: "process", stateDirectory }).open()
  const table = new RawTable(raw, "process")
  const workload = new Workload(documents, 1)
  const batches = [workload.everyDocument()]
  for (let added = 0; added < extraRecords; added += few) batches.push(workload.batch(few))
  for (const batch of batches) {
    await session.append(batch)
    table.append(batch)
  }
  await session.close()
  table.close()
  return { ours, raw, stateDirectory }
}

/** Documents of the large store. */
function manyOf({ quick }: BenchContext): number {
  return quick ? 5_000 : 100_000
}

async function openTime({ ours, stateDirectory }: Filled): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < openings; i++) {
    const start = performance.now()
    const session = await sqliteStore(ours, { durability: "process", stateDirectory }).open()
    times.push(performance.now() - start)
    await session.close()
  }
  return median(times)
}

async function runOpen(context: BenchContext): Promise<void> {
  const many = manyOf(context)
  await inTemporaryFolder(async folder => {
    const small = await openTime(await fill(folder, few, 0))
    const large = await openTime(await fill(folder, many, 0))
    context.report({
      bench: "store/open",
      input: `${many} documents`,
      metric: "time to open",
      unit: "ms",
      ours: large,
      peer: small,
      peerName: `the same with ${few} documents`,
      ratio: large / small,
      better: "lower",
      target: "≤ 2×",
      met: large / small <= 2
    })
  })
}

/** Reads all pages, and says how many rows came in which time. */
async function timePages(
  many: number,
  page: (last: string | number | undefined) => Promise<readonly PageRow[]>
): Promise<number> {
  let rows = 0
  const start = performance.now()
  for (let last: string | number | undefined; ; ) {
    const found = await page(last)
    const end = found.at(-1)
    if (end === undefined) break
    rows += found.length
    last = end.key
  }
  if (rows !== many) throw new Error(`read ${rows} rows instead of ${many}`)
  return (1000 * rows) / (performance.now() - start)
}

interface PageRow {
  readonly key: string | number
}

function ourPages(
  session: StoreSession,
  order: "id" | "position"
): (last: string | number | undefined) => Promise<readonly PageRow[]> {
  return async last => {
    const heads =
      order === "id"
        ? await session.scanHeads({
            limit: pageSize,
            ...(typeof last === "string" && { after: last as never })
          })
        : await session.changedSince({ limit: pageSize, after: Number(last ?? 0) })
    return heads.map(head => ({ key: order === "id" ? head.id : head.position }))
  }
}

function rawPages(
  raw: RawDatabase,
  order: "id" | "position"
): (last: string | number | undefined) => Promise<readonly PageRow[]> {
  const page = raw.prepare(
    `SELECT ${order} AS key, id, digest, position, body FROM heads WHERE ${order} > ? ORDER BY ${order} LIMIT ${pageSize}`
  )
  return last => Promise.resolve(page.all(last ?? (order === "id" ? "" : 0)) as PageRow[])
}

async function runPages(context: BenchContext, extraRecords: number): Promise<void> {
  const many = manyOf(context)
  await inTemporaryFolder(async folder => {
    const filled = await fill(folder, many, extraRecords)
    const session = await sqliteStore(filled.ours, {
      durability: "process",
      stateDirectory: filled.stateDirectory
    }).open()
    const raw = openRaw(filled.raw)
    raw.exec(`CREATE TABLE heads AS SELECT MAX(position) AS position, id, digest, body FROM log GROUP BY id;
      CREATE UNIQUE INDEX heads_id ON heads (id); CREATE UNIQUE INDEX heads_position ON heads (position)`)
    for (const order of ["id", "position"] as const) {
      const speeds: Array<{ ours: number; peer: number }> = []
      for (let round = 0; round < (context.quick ? 1 : 5); round++)
        speeds.push({
          ours: await timePages(many, ourPages(session, order)),
          peer: await timePages(many, rawPages(raw, order))
        })
      context.report({
        bench: "store/pages",
        input: `${order === "id" ? "scanHeads" : "changedSince"}, ${many} documents and ${extraRecords} later records, pages of ${pageSize}`,
        metric: "heads read",
        unit: "1/s",
        ours: median(speeds.map(speed => speed.ours)),
        peer: median(speeds.map(speed => speed.peer)),
        peerName: "better-sqlite3, pages of an indexed table of heads",
        ratio: median(speeds.map(speed => speed.ours / speed.peer)),
        better: "higher",
        target: "",
        met: null
      })
    }
    await session.close()
    raw.close()
  })
}

/** Opening, and listing page by page. */
export const benches: readonly Bench[] = [
  { name: "store/open", run: runOpen },
  {
    name: "store/pages",
    run: async context => {
      for (const extraRecords of [0, context.quick ? 5_000 : 200_000]) await runPages(context, extraRecords)
    }
  }
]
