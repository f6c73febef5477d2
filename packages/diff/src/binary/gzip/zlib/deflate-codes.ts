/** Extra bits behind the codes of lengths 3 to 258 (RFC 1951, 3.2.5). */
export const LENGTH_EXTRA: Uint8Array = Uint8Array.of(
  ...[0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0]
)
/** Extra bits behind the codes of distances. */
export const DISTANCE_EXTRA: Uint8Array = Uint8Array.from({ length: 30 }, (_, code) =>
  code < 4 ? 0 : (code >> 1) - 1
)
/** Extra bits behind the codes that repeat code lengths. */
export const REPEAT_EXTRA: Uint8Array = Uint8Array.from({ length: 19 }, (_, code) =>
  code < 16 ? 0 : ([2, 3, 7][code - 16] ?? 0)
)
/** Order in which lengths of the code length code are sent. */
export const REPEAT_ORDER: readonly number[] = [
  16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15
]
/** First length of a code, less 3. The last code is for 258 alone. */
export const LENGTH_BASE: Uint16Array = Uint16Array.from(bases(LENGTH_EXTRA)).fill(255, 28)
/** First distance of a code, less 1. */
export const DISTANCE_BASE: Uint16Array = Uint16Array.from(bases(DISTANCE_EXTRA))
/** Code of a length less 3. */
export const LENGTH_CODE: Uint8Array = codesBetween(LENGTH_BASE, 256)

const NEAR_CODE = codesBetween(DISTANCE_BASE, 256)
const FAR_CODE = codesBetween(
  DISTANCE_BASE.map(base => base >> 7),
  256
)

/** Code of a distance less 1. */
export function distanceCode(distance: number): number {
  return (distance < 256 ? NEAR_CODE[distance] : FAR_CODE[distance >> 7]) ?? 0
}

function bases(extra: Uint8Array): number[] {
  let base = 0
  return Array.from(extra, bits => {
    const own = base
    base += 2 ** bits
    return own
  })
}

/** For each value below `end` the last code whose base is not above it. */
function codesBetween(base: Uint16Array, end: number): Uint8Array {
  let code = 0
  return Uint8Array.from({ length: end }, (_, value) => {
    while (code + 1 < base.length && (base[code + 1] ?? 0) <= value) code++
    return code
  })
}
