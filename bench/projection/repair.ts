import { join } from "node:path"
import { sqliteSink } from "@syncline/adapters/sqlite"
import type { Projector, SinkRepair } from "@syncline/core"
import { planRepair, startRepair } from "@syncline/core/repair"
import { SinkWorkbench } from "@syncline/core/testing"
import { inTemporaryFolder } from "../core/temporary-folder.ts"
import type { Bench, BenchContext } from "../harness/bench.ts"
import { openRaw, type RawDatabase } from "../store/raw-database.ts"
import { filledSource } from "./documents.ts"

/** Of the records, how many drifted. */
const share = 0.05
/** As many as a repair takes along in a call. */
const batch = 64

/** One kind of drift for each record, in turn. */
const drifts: readonly string[] = [
  "UPDATE documents SET value = '{}' WHERE id = ?",
  "UPDATE syncline_records SET height = height + 7 WHERE id = ?",
  "DELETE FROM syncline_records WHERE id = ?"
]

async function run(context: BenchContext): Promise<void> {
  const count = context.quick ? 2_000 : 100_000
  const { source, ids } = filledSource(count, "random keys")
  await inTemporaryFolder(async folder => {
    const path = join(folder, "sink.db")
    const bench = new SinkWorkbench({ sink: () => sqliteSink(path) }, source)
    const projector = await bench.project()
    const raw = openRaw(path)
    const drifted = ids.filter((_, index) => index % (1 / share) === 0)
    drift(raw, drifted)
    const written = countWrites(projector)
    const host = bench.host(projector)
    const plan = planRepair(await host.verify({ maxFindings: count }))
    const start = performance.now()
    const report = await startRepair({ repairing: host }, plan).done
    const elapsed = performance.now() - start
    if (report.counts.mended !== drifted.length || !(await host.verify()).clean)
      throw new Error("the sink was not repaired")
    const input = `${drifted.length} of ${count} documents drifted`
    const common = { bench: "projection/repair", input, better: "lower" } as const
    const writes = written() / drifted.length
    context.report({
      ...common,
      metric: "records written",
      unit: "records",
      ours: written(),
      peer: drifted.length,
      peerName: "documents that had drifted",
      ratio: writes,
      target: "≤ 1.05×",
      met: writes <= 1.05
    })
    const rawMs = timeRaw(raw, drifted)
    context.report({
      ...common,
      metric: "time",
      unit: "ms",
      ours: elapsed,
      peer: rawMs,
      peerName: `plain UPDATE of the same rows and their records, ${batch} a transaction, not read back`,
      ratio: elapsed / rawMs,
      target: "",
      met: null
    })
    raw.close()
    await projector.close()
  })
}

function drift(raw: RawDatabase, ids: readonly string[]): void {
  raw.exec("BEGIN")
  const statements = drifts.map(sql => raw.prepare(sql))
  ids.forEach((id, index) => statements[index % drifts.length]?.run(id))
  raw.exec("COMMIT")
}

/** Counts what the sink is asked to write, tries that came to nothing included. */
function countWrites({ session }: Projector): () => number {
  if (session === undefined) throw new Error("the sink is not open")
  let written = 0
  const really = session.repair.bind(session)
  const repair = (repairs: readonly SinkRepair[]): ReturnType<typeof really> => {
    written += repairs.length
    return really(repairs)
  }
  Object.assign(session, { repair })
  return () => written
}

function timeRaw(raw: RawDatabase, ids: readonly string[]): number {
  const row = raw.prepare("UPDATE documents SET value = value || '' WHERE id = ?")
  const record = raw.prepare("UPDATE syncline_records SET height = height WHERE id = ?")
  const start = performance.now()
  for (let at = 0; at < ids.length; at += batch) {
    raw.exec("BEGIN")
    for (const id of ids.slice(at, at + batch)) {
      row.run(id)
      record.run(id)
    }
    raw.exec("COMMIT")
  }
  return performance.now() - start
}

/** Repairing what drifted, with the journal, beside writing as much. */
export const benches: readonly Bench[] = [{ name: "projection/repair", run }]
