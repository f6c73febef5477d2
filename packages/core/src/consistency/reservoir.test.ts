import { expect, test } from "vitest"
import { SeededRandom } from "../testing/seeded-random.ts"
import { Reservoir } from "./reservoir.ts"

function drawn(capacity: number, length: number, random: SeededRandom): readonly number[] {
  const reservoir = new Reservoir<number>(capacity, random)
  for (let item = 0; item < length; item++) reservoir.offer(item)
  expect(reservoir.seen).toBe(length)
  return reservoir.items
}

test("[VF12] so many are drawn as asked for, none twice; all of them where there are no more", () => {
  for (const [capacity, length] of [
    [5, 100],
    [100, 100],
    [100, 40],
    [1, 1000]
  ] as const) {
    const items = drawn(capacity, length, new SeededRandom(7))
    expect([items.length, new Set(items).size]).toEqual([Math.min(capacity, length), items.length])
  }
})

test("[VF12] each is as likely as any other", () => {
  const random = new SeededRandom(1)
  const times = Array.from({ length: 50 }, () => 0)
  for (let trial = 0; trial < 10_000; trial++)
    for (const item of drawn(10, 50, random)) times[item] = (times[item] ?? 0) + 1
  // 2,000 times each, with a standard deviation of 40: five of them on both sides.
  expect(Math.min(...times)).toBeGreaterThan(1800)
  expect(Math.max(...times)).toBeLessThan(2200)
})
