// Up to here every id falls into cell i with probability 1/(1 + i/2), as in the paper: two ids then seldom share all their
// cells among few. Beyond, ids are of two kinds, which takes 1.11 instead of 1.36 cells for each of many differences (simulated).
const REGULAR_CELLS = 64
// One id in five stays dense, 1/(1 + i/8); the others thin out faster, 1/(1 + 3i/4). Out of 256.
const DENSE_SHARE = 51

/**
 * The probability with which an id falls into a cell: of the whole set, that share is summed there.
 */
export function cellDensity(cell: number): number {
  if (cell < REGULAR_CELLS) return 1 / (1 + cell / 2)
  const dense = DENSE_SHARE / 256
  return dense / (1 + cell / 8) + (1 - dense) / (1 + (3 * cell) / 4)
}

/**
 * Walks through the cells an id falls into, ascending from cell 0, without end: the mapping of a rateless IBLT (Yang et
 * al., SIGCOMM 2024) with an irregular tail. A walk depends on the id's keyed hash alone. About 14 cells of the first
 * 1,024. Uses only operations that are exact in IEEE 754, so that every machine walks the same way.
 */
export class CellWalk {
  /** Where the walk stands. */
  cell = 0
  #a = 0
  #b = 0
  #dense = false

  /** Begins anew at cell 0 for the id with this hash. */
  start(hashHigh: number, hashLow: number): void {
    this.cell = 0
    this.#a = hashHigh
    // A generator whose state is all zero stays there.
    this.#b = (hashHigh | hashLow) === 0 ? 1 : hashLow
    this.#dense = hashLow >>> 24 < DENSE_SHARE
  }

  /** Goes on to the next cell. */
  next(): void {
    if (this.cell < REGULAR_CELLS) {
      const next = this.cell + steps((this.cell + 1.5) * (1 / Math.sqrt(this.#draw()) - 1))
      if (next < REGULAR_CELLS) {
        this.cell = next
        return
      }
      // Falling into a cell does not depend on earlier ones: beyond the border, draw as the tail does.
      this.cell = REGULAR_CELLS - 1
    }
    const root = Math.sqrt(Math.sqrt(this.#draw()))
    const gap = this.#dense
      ? (this.cell + 4.5) * (1 / Math.sqrt(root) - 1)
      : (this.cell + 1.125) * (1 / (root * root * root) - 1)
    this.cell += steps(gap)
  }

  /** Above 0 and at most 1, in steps of 2⁻³², by xoroshiro64** (Blackman and Vigna). */
  #draw(): number {
    const a = this.#a
    const product = Math.imul(a, 0x9e3779bb)
    const value = Math.imul((product << 5) | (product >>> 27), 5) >>> 0
    const b = this.#b ^ a
    this.#a = ((a << 26) | (a >>> 6)) ^ b ^ (b << 9)
    this.#b = (b << 13) | (b >>> 19)
    return (value + 1) / 2 ** 32
  }
}

/** Gaps as whole cells, at least one. */
function steps(gap: number): number {
  return Math.max(1, Math.ceil(gap))
}
