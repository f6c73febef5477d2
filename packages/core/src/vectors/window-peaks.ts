/**
 * Which places have a higher score than all others within `reach` before them, and none lower than those within `reach` after them: of equal
 * ones the first. Two peaks are never within `reach` of each other. 1 for a peak, by index.
 *
 * Offsets ascend strictly. Time linear in the number of places.
 */
export function windowPeaks(
  offsets: readonly number[],
  scores: readonly number[],
  reach: number
): Uint8Array {
  const peaks = new Uint8Array(offsets.length).fill(1)
  // Indexes of places that may still be the best before some later one: scores descend strictly.
  const best: number[] = []
  let oldest = 0
  for (let i = 0; i < offsets.length; i++) {
    const [offset, score] = [offsets[i] ?? 0, scores[i] ?? 0]
    while (oldest < best.length && offset - (offsets[best[oldest] ?? 0] ?? 0) > reach) oldest++
    const highest = best[oldest]
    if (highest !== undefined && (scores[highest] ?? 0) >= score) peaks[i] = 0
    while (best.length > oldest && (scores[best[best.length - 1] ?? 0] ?? 0) < score)
      peaks[best.pop() ?? 0] = 0
    best.push(i)
  }
  return peaks
}
