import type { KeyedHash } from "./keyed-hash.ts"

const MULTIPLIER_LABEL = new TextEncoder().encode("rsync weak sum")

/**
 * The weak sum of bytes `x0 … xn` is `x0·m^n + x1·m^(n-1) + … + xn` modulo 2^32 (Rabin and Karp), so that it can be rolled
 * along content byte by byte.
 */
export class WeakSum {
  /** `m`, a secret of the key, so that content which makes every place look like a match cannot be prepared. */
  readonly multiplier: number

  constructor(hash: KeyedHash) {
    const digest = hash.digest(MULTIPLIER_LABEL)
    const seed = new DataView(digest.buffer, digest.byteOffset).getUint32(0)
    // 5 modulo 8: powers of m then repeat as late as they can, after 2^30.
    this.multiplier = (seed & ~7) | 5
  }

  /** Weak sum of `bytes` from `from` to before `to`, as an unsigned number of 32 bits. */
  of(bytes: Uint8Array, from: number, to: number): number {
    const m = this.multiplier
    const m2 = Math.imul(m, m)
    const m4 = Math.imul(m2, m2)
    // Four sums that do not wait for each other are twice as fast as one.
    let [a, b, c, d] = [0, 0, 0, 0]
    let at = from
    for (; at + 4 <= to; at += 4) {
      a = (Math.imul(a, m4) + (bytes[at] as number)) | 0
      b = (Math.imul(b, m4) + (bytes[at + 1] as number)) | 0
      c = (Math.imul(c, m4) + (bytes[at + 2] as number)) | 0
      d = (Math.imul(d, m4) + (bytes[at + 3] as number)) | 0
    }
    let sum = (Math.imul(a, Math.imul(m2, m)) + Math.imul(b, m2) + Math.imul(c, m) + d) | 0
    for (; at < to; at++) sum = (Math.imul(sum, m) + (bytes[at] as number)) | 0
    return sum >>> 0
  }

  /** `m` to the power of `exponent`. */
  power(exponent: number): number {
    let result = 1
    let square = this.multiplier
    for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
      if (rest % 2 === 1) result = Math.imul(result, square)
      square = Math.imul(square, square)
    }
    return result
  }
}
