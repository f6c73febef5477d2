import type { CellArray } from "./cell-array.ts"
import { WIDE_COUNTS } from "./cell-counts.ts"
import { cellDensity } from "./cell-walk.ts"

// So few empty cells say how many ids there are more exactly than the scatter of 48 counts does.
const TELLING_EMPTY_CELLS = 12
const MOST_IDS = 2 ** 31

/**
 * About how many ids differ, from the difference of two sides' cells (theirs minus ours, from cell 0, nothing taken out yet)
 * by how many
 * members the sizes differ, and by how many there are on both sides together.
 *
 * An id falls into every cell independently. While nearly all cells hold some, the scatter of the first counts tells: its
 * mean over k cells is unbiased with a standard deviation of √(2/k), 20 % for 48. Once some are empty, how many are is the
 * better measure: about 8 % for 24.
 */
export function estimateDifference(difference: CellArray, sizeDifference: number, members: number): number {
  const empty = emptyCells(difference)
  const estimate =
    empty >= TELLING_EMPTY_CELLS ? byEmptyCells(difference.to, empty) : byScatter(difference, sizeDifference)
  return Math.max(1, Math.abs(sizeDifference), Math.min(members, Math.round(estimate)))
}

function emptyCells({ highs, lows, checks }: CellArray): number {
  let empty = 0
  for (let at = 0; at < highs.length; at++) {
    if (highs[at] === 0 && lows[at] === 0 && checks[at] === 0) empty++
  }
  return empty
}

/** The number of ids that leaves so many of the first cells empty on average, by bisection. */
function byEmptyCells(cells: number, empty: number): number {
  const logs = Float64Array.from({ length: cells - 1 }, (_, i) => Math.log1p(-cellDensity(i + 1)))
  let [low, high] = [0, MOST_IDS]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    let expected = 0
    for (const log of logs) expected += Math.exp(middle * log)
    if (expected > empty) low = middle
    else high = middle
  }
  return high
}

function byScatter({ counts, to }: CellArray, sizeDifference: number): number {
  const cells = Math.min(WIDE_COUNTS, to)
  let sum = 0
  // Cell 0 holds every id and does not scatter.
  for (let cell = 1; cell < cells; cell++) {
    const density = cellDensity(cell)
    const expected = Math.round(sizeDifference * density)
    // Only the count modulo 256 is known: the one nearest to what is expected.
    const nearest = (((((counts[cell] ?? 0) - expected + 128) % 256) + 256) % 256) - 128 + expected
    sum += (nearest - sizeDifference * density) ** 2 / (density * (1 - density))
  }
  return cells > 1 ? sum / (cells - 1) : 0
}
