/**
 * Cells below this send their count modulo 256, which is what the size of a difference is estimated from; the others
 * modulo 4, which is enough to tell one more from one less.
 */
export const WIDE_COUNTS = 64

/** The bits of its count that cell `index` sends. */
export function countMask(index: number): number {
  return index < WIDE_COUNTS ? 0xff : 3
}
