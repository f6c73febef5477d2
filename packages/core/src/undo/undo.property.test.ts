import { deepEqualJson } from "@syncline/diff/json"
import fc from "fast-check"
import { expect, test } from "vitest"
import type { CommitHandle } from "../replica/commit-handle.ts"
import { assertEqual } from "../testing/contract-assert.ts"
import { exchange, openCore, type TestCore } from "../testing/core-fixture.ts"
import { documentOf } from "../testing/core-past.ts"
import { runsOf } from "../testing/core-runs.ts"
import { contractShape } from "../testing/engine-case.ts"
import { randomChange } from "../testing/engine-random.ts"
import { SeededRandom } from "../testing/seeded-random.ts"

const seeds = fc.array(fc.nat(), { minLength: 1, maxLength: 12 })

async function editAnywhere({ core, load }: TestCore, seed: number): Promise<void> {
  const state = await load()
  const change = state.document.change(randomChange(state.document, new SeededRandom(seed)).operations)
  if (change !== undefined) core.commit(state, { kind: "change", change, origin: "local" })
}

/** Goes past steps that show in no value, such as one that put an equal list in the place of a list. */
async function effective(turn: () => Promise<CommitHandle | undefined>): Promise<void> {
  let handle = await turn()
  while (handle !== undefined && handle.dot === undefined) handle = await turn()
}

test("[UN1] whatever was done, undoing all of it and doing it all again passes the same values", async () => {
  await fc.assert(
    fc.asyncProperty(seeds, async edits => {
      const replica = await openCore({ shape: contractShape })
      const document = await documentOf(replica)
      const undo = document.undoManager({ captureMs: 0 })
      const values = [document.value]
      for (const seed of edits) {
        await editAnywhere(replica, seed)
        if (!deepEqualJson(document.value, values.at(-1))) values.push(document.value)
      }
      for (const value of values.slice(0, -1).reverse()) {
        await effective(() => undo.undo())
        assertEqual(document.value, value, "the value after an undo")
      }
      for (const value of values.slice(1)) {
        await effective(() => undo.redo())
        assertEqual(document.value, value, "the value after a redo")
      }
      await replica.core.close()
    }),
    runsOf(60)
  )
})

test("[UN2] with others writing, redo after undo is as if neither had been, and all replicas agree", async () => {
  await fc.assert(
    fc.asyncProperty(seeds, seeds, fc.nat({ max: 1000 }), async (mine, theirs, captureMs) => {
      const [a, b] = [await openCore({ shape: contractShape }), await openCore({ shape: contractShape })]
      const [here, there] = [await documentOf(a), await documentOf(b)]
      const undo = here.undoManager({ captureMs })
      for (const [i, seed] of mine.entries()) {
        await editAnywhere(a, seed)
        await editAnywhere(b, theirs[i % theirs.length] ?? 0)
        if (seed % 3 === 0) await exchange(a, b)
      }
      await exchange(a, b)
      const { value } = here
      await undo.undo()
      await undo.redo()
      expect(here.value).toEqual(value)
      while (undo.canUndo) await undo.undo()
      await exchange(a, b)
      expect(there.value).toEqual(here.value)
      for (const { core } of [a, b]) await core.close()
    }),
    runsOf(60)
  )
})
