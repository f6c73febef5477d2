// Cells a difference takes on average, by its size, simulated; bench diff/riblt prints them anew. Between the rows,
// interpolated by logarithm.
const NEED: readonly (readonly [size: number, cellsEach: number])[] = [
  [1, 1],
  [10, 1.73],
  [30, 1.57],
  [100, 1.4],
  [200, 1.32],
  [1000, 1.15],
  [10_000, 1.11]
]

// The first estimate is off by about 20 %: asking for this much more decodes four times in five, and asking once more costs a
// round trip. Simulated for 50 to 1,000 differences: 2.2 round trips on average, 3 at p95, with 1.9 to 1.4 cells each.
const MARGIN = 1.2
// When the estimate was too low, at least that share more of what there is; twice as much each time after the second. Two ids
// that share all their first cells need as many as parts them, which no estimate knows.
const STEP = 0.25
const LEAST_STEP = 16

/** Mean number of cells that `size` differences take. */
export function cellsNeeded(size: number): number {
  const next = NEED.findIndex(([known]) => known >= size)
  const [upperSize, upper] = NEED[next] ?? [size, NEED.at(-1)?.[1] ?? 1]
  const [lowerSize, lower] = NEED[next - 1] ?? [upperSize, upper]
  const share = upperSize === lowerSize ? 1 : Math.log(size / lowerSize) / Math.log(upperSize / lowerSize)
  return size * (lower + share * (upper - lower))
}

/**
 * How many cells to have next, all in all, when `known` cells were too few for about `estimate` differences and more were asked
 * for `asked` times before.
 */
export function cellsWanted(known: number, estimate: number, asked: number): number {
  const share = STEP * 2 ** Math.max(0, asked - 1)
  const least = known + Math.max(LEAST_STEP, Math.ceil(share * known))
  return Math.max(least, Math.ceil(MARGIN * cellsNeeded(estimate)))
}
