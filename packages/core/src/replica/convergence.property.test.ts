import fc from "fast-check"
import { test } from "vitest"
import { CoreFleet, foldStep, honestStep } from "../testing/core-fleet.ts"
import { runsOf } from "../testing/core-runs.ts"

test("[RX1] replicas which exchange what they lack end with equal versions, digests, values and roots", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 2, max: 4 }),
      fc.array(honestStep, { maxLength: 40 }),
      async (size, steps) => {
        const fleet = await CoreFleet.open(size)
        await fleet.run(steps)
        await fleet.converge()
        await fleet.expectConverged()
        await fleet.close()
      }
    ),
    runsOf(100)
  )
})

test("[CP1] so they do when any of them folds its log at any time, down to nothing", async () => {
  const step = fc.oneof({ weight: 4, arbitrary: honestStep }, { weight: 1, arbitrary: foldStep })
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 2, max: 4 }),
      fc.array(step, { maxLength: 50 }),
      async (size, steps) => {
        const fleet = await CoreFleet.open(size)
        await fleet.run(steps)
        await fleet.converge()
        await fleet.expectConverged()
        await fleet.close()
      }
    ),
    runsOf(150)
  )
})
