import fc from "fast-check"
import { expect, test } from "vitest"
import { SeededRandom } from "../testing/seeded-random.ts"
import { shareBound } from "./share-bound.ts"

/** Ways to choose, in whole numbers. */
function choose(from: bigint, count: bigint): bigint {
  let ways = 1n
  for (let i = 0n; i < count; i++) ways = (ways * (from - i)) / (i + 1n)
  return ways
}

/** The chance, in millionths, to see so many or fewer, exactly. */
function chance(population: number, sampled: number, bad: number, seen: number): bigint {
  const [all, n, b] = [BigInt(population), BigInt(sampled), BigInt(bad)]
  let ways = 0n
  for (let i = 0n; i <= BigInt(seen); i++)
    if (i <= b && n - i <= all - b && i <= n) ways += choose(b, i) * choose(all - b, n - i)
  return (ways * 1_000_000n) / choose(all, n)
}

test("[VF12] the bound is the greatest share under which so few wrong ones are no surprise, counted exactly", () => {
  const cases = fc.integer({ min: 1, max: 80 }).chain(population =>
    fc.record({
      population: fc.constant(population),
      sampled: fc.integer({ min: 1, max: population }),
      wrong: fc.nat(6)
    })
  )
  fc.assert(
    fc.property(cases, ({ population, sampled, wrong }) => {
      fc.pre(wrong <= sampled)
      const bad = Math.round(shareBound(population, sampled, wrong, 0.95) * population)
      expect(chance(population, sampled, bad, wrong)).toBeGreaterThanOrEqual(49_999n)
      const atMost = population - sampled + wrong
      expect(bad === atMost || chance(population, sampled, bad + 1, wrong) <= 50_001n).toBe(true)
    })
  )
})

test("[VF12] nothing wrong among many: the rule of three", () => {
  expect(shareBound(100_000_000, 1000, 0, 0.95)).toBeCloseTo(0.002991, 5)
  expect(shareBound(1_000_000, 299, 0, 0.95)).toBeCloseTo(0.00997, 4)
})

test("[VF12] of what was looked at to the last one the share is known; of nothing everything may be wrong", () => {
  expect(shareBound(40, 40, 7, 0.95)).toBe(7 / 40)
  expect(shareBound(40, 0, 0, 0.95)).toBe(1)
  expect(shareBound(0, 0, 0, 0.95)).toBe(0)
})

test.each([0, 0.004, 0.03, 0.2, 0.9])(
  "[VF12] with a share of %d wrong, the bound holds in 950 of 1,000 samples",
  share => {
    const random = new SeededRandom(1 + share * 1000)
    const population = 1000
    const bad = Math.round(share * population)
    let held = 0
    for (let trial = 0; trial < 1000; trial++) {
      let seen = 0
      // Drawn one after the other, without putting back.
      for (let n = 0; n < 60; n++) if (random.next() * (population - n) < bad - seen) seen++
      if (shareBound(population, 60, seen, 0.95) >= bad / population) held++
    }
    expect(held).toBeGreaterThanOrEqual(950)
  }
)
