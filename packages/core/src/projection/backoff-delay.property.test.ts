import fc from "fast-check"
import { expect, test } from "vitest"
import { SeededRandom } from "../testing/seeded-random.ts"
import { backoffDelayMs } from "./backoff-delay.ts"

test("[PJ13] every pause lies between the first and three times the one before, below the limit, and they come to differ", () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.integer({ min: 1, max: 1000 }),
      fc.integer({ min: 1, max: 60_000 }),
      (seed, firstMs, above) => {
        const limits = { firstMs, maxMs: firstMs + above }
        const random = new SeededRandom(seed)
        let previous: number | undefined
        for (let n = 0; n < 20; n++) {
          const pause = backoffDelayMs(previous, limits, random)
          expect(pause).toBeGreaterThanOrEqual(firstMs)
          expect(pause).toBeLessThanOrEqual(Math.min(limits.maxMs, 3 * (previous ?? firstMs)))
          previous = pause
        }
      }
    )
  )
})

test("[PJ13] replicas that failed together do not come back together", () => {
  const pauses = Array.from({ length: 100 }, (_, seed) => {
    const random = new SeededRandom(seed)
    let previous: number | undefined
    for (let n = 0; n < 5; n++) previous = backoffDelayMs(previous, { firstMs: 100, maxMs: 30_000 }, random)
    return previous
  })
  expect(new Set(pauses).size).toBeGreaterThan(90)
})
