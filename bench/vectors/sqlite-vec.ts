import { join } from "node:path"
import { SinkWorkbench } from "@syncline/core/testing"
import { inTemporaryFolder } from "../core/temporary-folder.ts"
import { elapsedMs, interleaved } from "../core/interleaved.ts"
import type { Bench, BenchContext } from "../harness/bench.ts"
import { dimensions, Points } from "./points.ts"
import { RawVec } from "./raw-vec.ts"
import { timeInserts } from "./time-inserts.ts"

/** As the projector's own batches. */
const batchSize = 500
const wanted = 10
const insertTarget = 0.6
const searchTarget = 1.2
const alone = "sqlite-vec alone, vectors and nothing else"
const byHand = "sqlite-vec and a row for each vector, by hand"

async function runSqliteVec(context: BenchContext): Promise<void> {
  const count = context.quick ? 1_000 : 10_000
  const points = new Points(count)
  await reportInsert(context, points, alone)
  await reportInsert(context, points, byHand)
  await reportSearch(context, points)
}

/** The sink is given what it is to write; the peer, too. */
async function reportInsert(context: BenchContext, points: Points, peerName: string): Promise<void> {
  const count = points.ids.length
  const taken = await interleaved(
    context.quick ? 1 : 7,
    () =>
      inTemporaryFolder(
        async folder => (1_000 * count) / (await insertOurs(points, join(folder, "ours.db")))
      ),
    () =>
      inTemporaryFolder(
        async folder =>
          (1_000 * count) / (await insertRaw(points, join(folder, "raw.db"), peerName === byHand))
      )
  )
  context.report({
    bench: "vectors/sqlite-vec",
    input: `${count} × ${dimensions}, batches of ${batchSize}`,
    metric: "documents inserted, with row, seal and bookkeeping",
    unit: "1/s",
    ...taken,
    peerName,
    better: "higher",
    target: `≥ ${insertTarget}×`,
    met: taken.ratio >= insertTarget
  })
}

async function reportSearch(context: BenchContext, points: Points): Promise<void> {
  await inTemporaryFolder(async folder => {
    const raw = new RawVec(join(folder, "raw.db"))
    raw.insert(points.all, 0)
    const bench = new SinkWorkbench({ sink: () => points.sink(join(folder, "ours.db")) }, points.source)
    const projector = await bench.project()
    const { session } = projector
    if (session?.nearest === undefined) throw new Error("the sink does not search")
    let [ourRound, rawRound] = [0, 0]
    const queryOf = (round: number): Float32Array =>
      points.vectorOf(points.ids[(round * 7_919) % points.ids.length] ?? "")
    const taken = await interleaved(
      context.quick ? 5 : 200,
      () =>
        elapsedMs(() => session.nearest?.({ table: "points", vector: queryOf(ourRound++), limit: wanted })),
      () => elapsedMs(() => raw.nearest(queryOf(rawRound++), wanted))
    )
    context.report({
      bench: "vectors/sqlite-vec",
      input: `${points.ids.length} × ${dimensions}`,
      metric: `the ${wanted} nearest, with row and version`,
      unit: "ms",
      ...taken,
      peerName: alone,
      better: "lower",
      target: `≤ ${searchTarget}×`,
      met: taken.ratio <= searchTarget
    })
    await projector.close()
    raw.close()
  })
}

function insertOurs(points: Points, path: string): Promise<number> {
  return timeInserts(points, () => points.sink(path), batchSize)
}

async function insertRaw(points: Points, path: string, rows: boolean): Promise<number> {
  const raw = new RawVec(path, rows)
  const all = points.all
  const elapsed = await elapsedMs(() => {
    for (let at = 0; at < all.length; at += batchSize) raw.insert(all.slice(at, at + batchSize), at)
  })
  raw.close()
  return elapsed
}

/** Vectors in SQLite: inserting and searching through the sink, beside sqlite-vec alone. */
export const benches: readonly Bench[] = [{ name: "vectors/sqlite-vec", run: runSqliteVec }]
