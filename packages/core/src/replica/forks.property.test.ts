import fc from "fast-check"
import { test } from "vitest"
import { CoreFleet, copyStep, honestStep } from "../testing/core-fleet.ts"
import { runsOf } from "../testing/core-runs.ts"

test("[FK1] replicas which ran on copies of one store under one name converge, in whatever order they meet", async () => {
  const step = fc.oneof({ weight: 8, arbitrary: honestStep }, { weight: 1, arbitrary: copyStep })
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 2, max: 4 }),
      fc.array(step, { maxLength: 50 }),
      async (size, steps) => {
        const fleet = await CoreFleet.open(size)
        await fleet.run(steps)
        await fleet.converge(12)
        await fleet.expectConverged()
        await fleet.close()
      }
    ),
    runsOf(150)
  )
})
