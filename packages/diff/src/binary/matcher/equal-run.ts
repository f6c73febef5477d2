import { equalBytes } from "#platform"

// Short runs end here before a call of the platform's comparison would have begun.
const BY_HAND = 24
const LONGEST_STEP = 1 << 20

/** How many bytes from `aAt` and `bAt` on are the same, up to `limit`; both ranges of that length lie inside. */
export function equalRun(a: Uint8Array, aAt: number, b: Uint8Array, bAt: number, limit: number): number {
  const byHand = Math.min(limit, BY_HAND)
  let length = 0
  while (length < byHand && a[aAt + length] === b[bAt + length]) length++
  if (length < byHand || length === limit) return length
  return length + gallop(a, aAt + length, b, bAt + length, limit - length)
}

/** How many bytes before `aAt` and `bAt` are the same, up to `limit`. */
export function equalRunBefore(
  a: Uint8Array,
  aAt: number,
  b: Uint8Array,
  bAt: number,
  limit: number
): number {
  let length = 0
  while (length < limit && a[aAt - length - 1] === b[bAt - length - 1]) length++
  return length
}

/** Steps that double while they are equal and halve from the first that is not. */
function gallop(a: Uint8Array, aAt: number, b: Uint8Array, bAt: number, limit: number): number {
  let length = 0
  let step = 64
  while (length < limit) {
    const size = Math.min(step, limit - length)
    if (!equalBytes(a, aAt + length, b, bAt + length, size))
      return length + narrow(a, aAt + length, b, bAt + length, size)
    length += size
    if (step < LONGEST_STEP) step *= 2
  }
  return limit
}

/** Where the first difference is, among `size` bytes that are known to hold one. */
function narrow(a: Uint8Array, aAt: number, b: Uint8Array, bAt: number, size: number): number {
  let length = 0
  let rest = size
  while (rest > BY_HAND) {
    const half = rest >>> 1
    if (equalBytes(a, aAt + length, b, bAt + length, half)) {
      length += half
      rest -= half
    } else {
      rest = half
    }
  }
  while (a[aAt + length] === b[bAt + length]) length++
  return length
}
