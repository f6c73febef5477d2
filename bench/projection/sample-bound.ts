import { join } from "node:path"
import { sqliteSink } from "@syncline/adapters/sqlite"
import { type Coverage, systemPorts, type VerifyReport } from "@syncline/core"
import { SeededRandom, SinkWorkbench, SyntheticSource } from "@syncline/core/testing"
import { inTemporaryFolder } from "../core/temporary-folder.ts"
import type { Bench, BenchContext } from "../harness/bench.ts"
import { openRaw } from "../store/raw-database.ts"

const documents = 500
/** Few and many of the records wrong, small and large samples of them. */
const cases: readonly { readonly wrong: number; readonly sampled: number }[] = [
  { wrong: 2, sampled: 50 },
  { wrong: 10, sampled: 50 },
  { wrong: 100, sampled: 20 },
  { wrong: 100, sampled: 200 },
  { wrong: 450, sampled: 50 }
]

/**
 * How often the greatest share of wrong records that a sample gives is not exceeded by the share there is. Stated are 95 %; as counts are whole numbers, the
 * bound holds more often where little is wrong.
 */
async function run(context: BenchContext): Promise<void> {
  const trials = context.quick ? 20 : 1_000
  for (const { wrong, sampled } of cases)
    await inTemporaryFolder(async folder => {
      const path = join(folder, "sink.db")
      const source = new SyntheticSource(systemPorts({ random: new SeededRandom(1000 * wrong + sampled) }))
      const workbench = new SinkWorkbench({ sink: () => sqliteSink(path) }, source)
      for (let key = 0; key < documents; key++) workbench.put(key)
      const projector = await workbench.project()
      damage(path, wrong)
      let held = 0
      for (let trial = 0; trial < trials; trial++)
        if (
          boundOf(await workbench.verify(projector, { mode: { kind: "sample", count: sampled } })) >=
          wrong / documents
        )
          held++
      await projector.close()
      context.report({
        bench: "projection/sample-bound",
        input: `${wrong} of ${documents} records wrong, ${sampled} drawn, ${trials} times`,
        metric: "the bound holds",
        unit: "share",
        ours: held / trials,
        peer: 0.95,
        peerName: "what is stated",
        ratio: held / trials / 0.95,
        better: "higher",
        // Of few trials, some more may fail.
        target: context.quick ? "" : ">= 0.95",
        met: context.quick ? null : held / trials >= 0.95
      })
    })
}

/** So many records with another digest than their document's. */
function damage(path: string, count: number): void {
  const database = openRaw(path)
  database.exec(
    `UPDATE syncline_records SET digest = zeroblob(32) WHERE id IN (SELECT id FROM syncline_records LIMIT ${count})`
  )
  database.close()
}

function boundOf({ sinks }: VerifyReport): number {
  const coverage: Coverage | undefined = sinks[0]?.coverage
  if (coverage?.kind !== "sample") throw new Error("the verification drew no sample")
  return coverage.atMost
}

/** Whether what a sample says of all records is as certain as stated. */
export const benches: readonly Bench[] = [{ name: "projection/sample-bound", run }]
