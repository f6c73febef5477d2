const ZERO = 0x30
// The longest array has 2 ** 32 - 1 elements, ten digits.
const MAX_DIGITS = 10

/**
 * The array index a pointer token names: digits without a leading zero (RFC 6901, 4). -1 for any other token, `-` among
 * them, and for numbers no array is long enough for.
 */
export function arrayIndex(token: string): number {
  const length = token.length
  if (length === 0 || length > MAX_DIGITS) return -1
  const first = token.charCodeAt(0) - ZERO
  if (first === 0) return length === 1 ? 0 : -1
  let index = 0
  for (let i = 0; i < length; i++) {
    const digit = token.charCodeAt(i) - ZERO
    if (digit < 0 || digit > 9) return -1
    index = index * 10 + digit
  }
  return index
}

/** Whether a token could stand for a place in an array: an index, or `-`. Every other one is a member's name. */
export function isIndexLike(token: string): boolean {
  return token === "-" || arrayIndex(token) !== -1
}
