import { expect, test } from "vitest"
import { SipHash } from "../keyed/sip-hash.ts"
import { CellWalk, cellDensity } from "./cell-walk.ts"
import { KEY } from "./testing/test-ids.ts"

const CELLS = 2000
const WALKS = 20_000

/** How many of many ids fall into each cell. */
function measuredCounts(): Int32Array {
  const hasher = new SipHash(KEY)
  const walk = new CellWalk()
  const counts = new Int32Array(CELLS)
  for (let id = 0; id < WALKS; id++) {
    hasher.hashId(0, id)
    for (walk.start(hasher.high, hasher.low); walk.cell < CELLS; walk.next()) {
      counts[walk.cell] = (counts[walk.cell] ?? 0) + 1
    }
  }
  return counts
}

test("[RI1] ids fall into cells as often as the format says", () => {
  const counts = measuredCounts()
  expect(counts[0]).toBe(WALKS)
  // Sums over runs of cells, within five standard deviations and 2 % for the steps' being whole.
  for (const [from, to] of [
    [1, 4],
    [4, 16],
    [16, 60],
    [60, 70],
    [70, 200],
    [200, 1000],
    [1000, 2000]
  ] as const) {
    const measured = counts.subarray(from, to).reduce((sum, count) => sum + count, 0)
    const expected = WALKS * counts.subarray(from, to).reduce((sum, _, i) => sum + cellDensity(from + i), 0)
    expect(Math.abs(measured - expected)).toBeLessThan(5 * Math.sqrt(expected) + 0.02 * expected)
  }
})

test("[RI1] a walk from an all-zero hash goes on, ascending", () => {
  const walk = new CellWalk()
  walk.start(0, 0)
  for (let i = 0; i < 50; i++) {
    const { cell } = walk
    walk.next()
    expect(walk.cell).toBeGreaterThan(cell)
  }
})
