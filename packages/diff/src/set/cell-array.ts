import { CellWalk } from "./cell-walk.ts"

/** Bits of an id's hash that a cell sums up beside the ids themselves. */
export const CHECK_MASK = 0xffff

/**
 * Some consecutive cells, each the sum of the ids that fall into it: both halves of the ids and the last 16 bits of their
 * hashes by XOR, and how many there are. The difference of two such cells is the sum of what only one side has.
 */
export class CellArray {
  /** Number of the first cell. */
  readonly from: number
  readonly highs: Int32Array
  readonly lows: Int32Array
  readonly checks: Uint16Array
  readonly counts: Int32Array
  readonly #walk = new CellWalk()

  /** Empty cells `from` to `to - 1`. */
  constructor(from: number, to: number) {
    this.from = from
    this.highs = new Int32Array(to - from)
    this.lows = new Int32Array(to - from)
    this.checks = new Uint16Array(to - from)
    this.counts = new Int32Array(to - from)
  }

  /** Number of the cell after the last. */
  get to(): number {
    return this.from + this.counts.length
  }

  /** Adds an id to the cells it falls into (`sign` 1) or takes it out (−1). Calls `touched` with the index of each. */
  toggle(
    high: number,
    low: number,
    hashHigh: number,
    hashLow: number,
    sign: 1 | -1,
    touched?: (index: number) => void
  ): void {
    const { highs, lows, checks, counts, from } = this
    const walk = this.#walk
    const end = counts.length
    walk.start(hashHigh, hashLow)
    while (walk.cell < from) walk.next()
    for (let at = walk.cell - from; at < end; at = walk.cell - from) {
      highs[at] = (highs[at] ?? 0) ^ high
      lows[at] = (lows[at] ?? 0) ^ low
      checks[at] = (checks[at] ?? 0) ^ hashLow
      counts[at] = (counts[at] ?? 0) + sign
      touched?.(at)
      walk.next()
    }
  }

  /** Whether the id with this hash falls into a cell. */
  falls(hashHigh: number, hashLow: number, cell: number): boolean {
    this.#walk.start(hashHigh, hashLow)
    while (this.#walk.cell < cell) this.#walk.next()
    return this.#walk.cell === cell
  }

  /** Copies the cells of `source` that are also here. */
  copy(source: CellArray): void {
    const [from, to] = [Math.max(this.from, source.from), Math.min(this.to, source.to)]
    if (from >= to) return
    const [start, end, at] = [from - source.from, to - source.from, from - this.from]
    this.highs.set(source.highs.subarray(start, end), at)
    this.lows.set(source.lows.subarray(start, end), at)
    this.checks.set(source.checks.subarray(start, end), at)
    this.counts.set(source.counts.subarray(start, end), at)
  }
}
