import fc from "fast-check"
import { expect, test } from "vitest"
import { drawPlan, type HistorySize } from "./history-plan.ts"

const size = fc.record({
  share: fc.integer({ min: 1, max: 5 }),
  maxMachines: fc.integer({ min: 2, max: 6 }),
  steps: fc.integer({ min: 2, max: 60 })
})

function plan(seed: number, sizes: readonly HistorySize[]) {
  return drawPlan(seed, { sizes, faults: {}, actions: ["set"] })
}

test("[SM10] a history is within the bounds of one of its sizes, and the same for one seed", () => {
  fc.assert(
    fc.property(fc.nat(), fc.array(size, { minLength: 1, maxLength: 4 }), (seed, sizes) => {
      const { machines, steps } = plan(seed, sizes)
      const fitting = sizes.filter(
        one =>
          machines <= one.maxMachines && steps.length >= one.steps / 2 && steps.length <= 1.5 * one.steps + 1
      )
      expect(fitting).not.toEqual([])
      expect(plan(seed, sizes).steps).toEqual(steps)
    })
  )
})

test("[SM10] sizes come as often as their shares say", () => {
  const sizes = [
    { share: 3, maxMachines: 2, steps: 4 },
    { share: 1, maxMachines: 2, steps: 40 }
  ]
  const large = Array.from({ length: 1_000 }, (_, seed) => plan(seed, sizes)).filter(
    ({ steps }) => steps.length > 10
  )
  expect(large.length).toBeGreaterThan(200)
  expect(large.length).toBeLessThan(300)
})
