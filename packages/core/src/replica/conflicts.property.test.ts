import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { Conflict } from "../conflict/conflict.ts"
import { automerge } from "../engine/automerge/automerge-engine.ts"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { CoreFleet, honestStep } from "../testing/core-fleet.ts"
import type { TestCore } from "../testing/core-fixture.ts"
import { runsOf } from "../testing/core-runs.ts"
import { Conflicts } from "./conflicts.ts"
import { Document } from "./document.ts"

await automerge().ready?.()

async function recordsOf({ core }: TestCore): Promise<readonly Conflict[]> {
  const records: Conflict[] = []
  for await (const record of new Conflicts(core).list()) records.push(record)
  return records
}

/** Settles what is open here, leaving everything as it is; gives how many that were. */
async function resolveOpen(replica: TestCore): Promise<number> {
  const state = await replica.load()
  if (state.meta.deleted) replica.core.commitBare(state, "undelete")
  const document = new Document(replica.core, state, async () => {})
  const open = (await recordsOf(replica)).filter(record => record.state === "open")
  for (const record of open) await document.resolve(record)
  return open.length
}

describe.each([
  ["yjs", yjs],
  ["automerge", automerge]
] as const)("%s", (_, makeEngine) => {
  /** Plays histories; `act` is done on each replica once they agree, `look` sees what all have in the end. Gives the sum of what these counted. */
  async function play(
    runs: { readonly numRuns: number },
    act: (replica: TestCore) => Promise<number>,
    look: (records: readonly Conflict[]) => number
  ): Promise<number> {
    let found = 0
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 4 }),
        fc.array(honestStep, { minLength: 20, maxLength: 60 }),
        async (size, steps) => {
          const fleet = await CoreFleet.open(size, makeEngine())
          await fleet.run(steps)
          await fleet.converge()
          for (const replica of fleet.replicas) found += await act(replica)
          await fleet.converge()
          const [records = [], ...others] = await Promise.all(fleet.replicas.map(recordsOf))
          for (const other of others) expect(other).toEqual(records)
          found += look(records)
          await fleet.close()
        }
      ),
      runs
    )
    return found
  }

  test("[CF19] replicas that exchange what they lack end with equal records, opened again or not", {
    timeout: 120_000
  }, async () => {
    const runs = runsOf(60, makeEngine())
    const found = await play(
      runs,
      () => Promise.resolve(0),
      records => records.length
    )
    expect(found).toBeGreaterThan(runs.numRuns / 6)
  })

  test("[CF22] whoever resolves them, at once or not, in the end all records are resolved, and equal", {
    timeout: 120_000
  }, async () => {
    const runs = runsOf(30, makeEngine())
    const found = await play(runs, resolveOpen, records => {
      expect(records.filter(({ state }) => state === "open")).toEqual([])
      return 0
    })
    expect(found).toBeGreaterThan(runs.numRuns / 3)
  })
})
