/**
 * What a set is checked by at the end: its size, and the sum modulo 2⁶⁴ of its members' keyed hashes. Two different sets
 * have the same with a chance of 2⁻⁶⁴, unless somebody who knows the key made them so.
 */
export interface SetChecksum {
  /** Members. */
  readonly size: number
  /** Upper half of the sum, as a signed 32-bit number. */
  readonly high: number
  /** Lower half of the sum. */
  readonly low: number
}

/** The checksum of no members. */
export const EMPTY_CHECKSUM: SetChecksum = { size: 0, high: 0, low: 0 }

/** The checksum with a member of this hash added (`sign` 1) or taken away (−1). */
export function withHash(sum: SetChecksum, high: number, low: number, sign: 1 | -1): SetChecksum {
  const addedLow = sign * (low >>> 0) + (sum.low >>> 0)
  const carried = Math.floor(addedLow / 2 ** 32)
  return { size: sum.size + sign, high: (sum.high + sign * high + carried) | 0, low: addedLow | 0 }
}

/** Whether both are the same. */
export function equalChecksums(a: SetChecksum, b: SetChecksum): boolean {
  return a.size === b.size && a.high === b.high && a.low === b.low
}
