import { join } from "node:path"
import { sqliteSink } from "@syncline/adapters/sqlite"
import type { Coverage, Projector, Sink, VerifyOptions, VerifyReport } from "@syncline/core"
import { SinkWorkbench } from "@syncline/core/testing"
import { inTemporaryFolder } from "../core/temporary-folder.ts"
import type { Bench, BenchContext } from "../harness/bench.ts"
import { openRaw } from "../store/raw-database.ts"
import { filledSource, sinkRows } from "./documents.ts"

type TreeBench = SinkWorkbench<{ sink(): Sink }>

const bench = "projection/verify-tree"

/** Of different kinds; each names the row whose place in the order of ids is given. */
const damages: readonly string[] = [
  ...["1", "2", "3"].map(at => `UPDATE documents SET value = '{}' WHERE id = ${rowAt(at)}`),
  ...["4"].map(at => `UPDATE syncline_records SET height = 9 WHERE id = ${rowAt(at)}`),
  ...["6"].map(at => `DELETE FROM documents WHERE id = ${rowAt(at)}`),
  `DELETE FROM syncline_records WHERE id = ${rowAt("8")}`,
  `UPDATE syncline_records SET digest = zeroblob(32) WHERE id = ${rowAt("9")}`,
  "INSERT INTO documents (id) VALUES ('notes/of nobody')"
]

/** Beside these, so many that are missing by the sink's own fault. */
const forgotten = 2

function rowAt(at: string): string {
  return `(SELECT id FROM syncline_records ORDER BY id LIMIT 1 OFFSET ${at})`
}

async function run(context: BenchContext): Promise<void> {
  const count = sinkRows(context)
  await inTemporaryFolder(async folder => {
    const { source } = filledSource(count, "random keys")
    const plain = new SinkWorkbench({ sink: () => sqliteSink(join(folder, "plain.db")) }, source)
    const [without, untracked] = await timed(() => plain.project())
    await untracked.close()
    const path = join(folder, "tracked.db")
    const tracked = new SinkWorkbench({ sink: () => sqliteSink(path, { tracking: true }) }, source)
    const [withTracking, projector] = await timed(() => tracked.project())
    report(context, `${count} documents, first fill with tracking`, withTracking, "without", without)
    await verifyAll(context, tracked, projector, count)
    await findBad(context, tracked, projector, path, count)
    await projector.close()
  })
}

async function verifyAll(
  context: BenchContext,
  tracked: TreeBench,
  projector: Projector,
  count: number
): Promise<void> {
  const [keys] = await verified(tracked, projector, { contents: false })
  const [contents] = await verified(tracked, projector, {})
  report(context, `${count} documents, in full, keys and hashes`, keys, "by contents", contents)
  for (const label of ["the first after opening", "the next"]) {
    const [ours] = await verified(tracked, projector, { mode: { kind: "merkle" } })
    report(
      context,
      `${count} documents, nothing wrong, by the tree, ${label}`,
      ours,
      "in full, by contents",
      contents
    )
  }
}

async function findBad(
  context: BenchContext,
  tracked: TreeBench,
  projector: Projector,
  path: string,
  count: number
): Promise<void> {
  const database = openRaw(path)
  for (const sql of damages) database.exec(sql)
  database.close()
  await forget(tracked, projector)
  const bad = damages.length + forgotten
  const [ours, byTree] = await verified(tracked, projector, { mode: { kind: "merkle" } }, bad)
  const [full] = await verified(tracked, projector, {}, bad)
  report(
    context,
    `${count} documents, ${damages.length + forgotten} bad rows, by the tree`,
    ours,
    "in full, by contents",
    full
  )
  const touched = touchedBy(byTree.sinks[0]?.coverage)
  const ratio = touched / count
  context.report({
    bench,
    input: `${count} documents, ${damages.length + forgotten} bad rows, by the tree`,
    metric: "records and sums read",
    unit: "count",
    ours: touched,
    peer: count,
    peerName: "all records",
    ratio,
    better: "lower",
    target: context.quick ? "" : "≤ 0.01×",
    met: context.quick ? null : ratio <= 0.01
  })
}

/** Documents that the sink never got, although its watermark says so: nothing but the tree shows them. */
async function forget(tracked: TreeBench, projector: Projector): Promise<void> {
  projector.pause()
  let position = 0
  for (let key = 0; key < forgotten; key++) position = tracked.put(`forgotten ${key}`).position
  await projector.session?.apply([], { epoch: tracked.source.epoch, position })
}

function touchedBy(coverage: Coverage | undefined): number {
  if (coverage?.kind !== "merkle") throw new Error("the sink was not verified by its tree")
  const { nodes, leaves, marked, looked } = coverage
  return nodes + leaves + Math.max(marked, looked)
}

async function verified(
  tracked: TreeBench,
  projector: Projector,
  options: VerifyOptions,
  expected = 0
): Promise<readonly [ms: number, report: VerifyReport]> {
  const [ms, found] = await timed(() => tracked.verify(projector, options))
  const [sink] = found.sinks
  if (sink?.error !== undefined) throw sink.error
  if (sink?.findings.length !== expected)
    throw new Error(`${sink?.findings.length} findings, not ${expected}`)
  return [ms, found]
}

async function timed<T>(work: () => Promise<T>): Promise<readonly [ms: number, result: T]> {
  const start = performance.now()
  const result = await work()
  return [performance.now() - start, result]
}

function report(context: BenchContext, input: string, ours: number, peerName: string, peer: number): void {
  const ratio = ours / peer
  context.report({
    bench,
    input,
    metric: "time",
    unit: "ms",
    ours,
    peer,
    peerName,
    ratio,
    better: "lower",
    target: "",
    met: null
  })
}

/** Verification by what a sink wrote and what others changed: what it reads, what it saves, and what keeping account costs. */
export const benches: readonly Bench[] = [{ name: bench, run }]
