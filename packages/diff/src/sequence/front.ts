/**
 * Furthest-reaching points of a search from one corner of a box: entry `origin + k` is the largest `x` reached on
 * diagonal `k = x - y`, both counted from that corner. Reused by every box of one search.
 */
export interface Front {
  readonly reached: Int32Array
  /** Index of diagonal 0; the array has room for `origin - 1` passes. */
  readonly origin: number
}

// Far enough below zero that adding one step to it never looks like a reached point.
const UNREACHED = -0x40000000

/** A front with room for `passes` passes. */
export function createFront(passes: number): Front {
  return { reached: new Int32Array(2 * passes + 3), origin: passes + 1 }
}

/** Puts `front` back to its corner, no edit made yet. */
export function resetFront({ reached, origin }: Front): void {
  reached[origin - 1] = reached[origin + 1] = UNREACHED
  reached[origin] = 0
}

/** A box seen from one of its corners: position `i` of `a` is the element `a[aCorner + step * i]`. */
export interface Direction {
  readonly a: Int32Array
  readonly b: Int32Array
  readonly n: number
  readonly m: number
  readonly aCorner: number
  readonly bCorner: number
  readonly step: 1 | -1
}

/** What a pass reports: the point it met the other front in, and the steps of all passes so far. */
export interface Pass {
  readonly allowance: number
  x: number
  k: number
  work: number
}

/**
 * Moves one front a single edit further on every diagonal `k = x - y` of the box, then along equal elements.
 *
 * True when a point reaches the other front on one of its diagonals within `reach`; `pass` then holds the point. Both
 * fronts count from their own corner, so diagonal `k` of one is diagonal `n - m - k` of the other.
 */
export function advance(
  direction: Direction,
  d: number,
  front: Front,
  other: Front,
  reach: number,
  pass: Pass
): boolean {
  const { a, b, n, m, aCorner, bCorner, step } = direction
  const { reached, origin } = front
  const facingReached = other.reached
  const allowance = pass.allowance
  reached[origin - d - 1] = reached[origin + d + 1] = UNREACHED
  let work = pass.work
  let met = false
  // Diagonals below -m and above n lie outside the box.
  const high = n - Math.abs(d - n)
  for (let k = Math.abs(d - m) - m; k <= high && work <= allowance; k += 2) {
    const x = Math.max((reached[origin + k - 1] ?? 0) + 1, reached[origin + k + 1] ?? 0)
    // A front that would leave the box here has been at the box's edge before: that point stays the furthest.
    if (x < 0 || x > n || x - k > m) continue
    let end = x
    while (end < n && end - k < m && a[aCorner + step * end] === b[bCorner + step * (end - k)]) end++
    reached[origin + k] = end
    work += end - x + 1
    const facing = n - m - k
    if (facing >= -reach && facing <= reach && end + (facingReached[other.origin + facing] ?? 0) >= n) {
      pass.x = end
      pass.k = k
      met = true
      break
    }
  }
  pass.work = work
  return met
}
