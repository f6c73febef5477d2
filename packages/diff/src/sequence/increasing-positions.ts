/**
 * Positions of a longest increasing subsequence of different numbers, ascending, by patience sorting: O(n log n), close to
 * linear where few numbers are out of order.
 */
export function increasingPositions(numbers: Int32Array): Int32Array {
  const tops = new Int32Array(numbers.length)
  const below = new Int32Array(numbers.length)
  let piles = 0
  for (let i = 0; i < numbers.length; i++) {
    const pile = pileFor(numbers[i] ?? 0, numbers, tops, piles)
    below[i] = pile === 0 ? -1 : (tops[pile - 1] ?? -1)
    tops[pile] = i
    if (pile === piles) piles++
  }
  const chain = new Int32Array(piles)
  let at = tops[piles - 1] ?? -1
  for (let pile = piles - 1; pile >= 0; pile--) {
    chain[pile] = at
    at = below[at] ?? -1
  }
  return chain
}

/** The first pile whose top is not smaller, or the one behind the last. */
function pileFor(value: number, numbers: Int32Array, tops: Int32Array, piles: number): number {
  // Mostly in order: the next pile, without a search.
  if (piles === 0 || (numbers[tops[piles - 1] ?? 0] ?? 0) < value) return piles
  let low = 0
  let high = piles - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if ((numbers[tops[middle] ?? 0] ?? 0) < value) low = middle + 1
    else high = middle
  }
  return low
}
