import { diffError } from "../error/diff-error.ts"

/** Bits and hashes of a filter. */
export interface BloomSize {
  readonly bits: number
  /** Bits that each item sets. */
  readonly hashes: number
}

/** More bits than 32-bit hashes reach evenly: 512 MiB. */
export const MOST_BITS: number = 2 ** 32
/** More would make a rate below 2⁻⁶⁰, where the items' own 64-bit hashes collide. */
export const MOST_HASHES = 60

/**
 * The fewest bits that hold `capacity` items at a rate of false hits: of every number of hashes k, the one that minimises
 * `−k n / ln(1 − p^(1/k))`, and then the few bits more that small filters take. Throws `bloom-options-invalid`.
 */
export function bloomSize(capacity: number, rate: number): BloomSize {
  if (!Number.isInteger(capacity) || capacity < 1 || !(rate > 0 && rate < 1)) {
    const given = `capacity ${capacity}, rate ${rate}`
    throw diffError(
      "bloom-options-invalid",
      `a filter holds 1 or more items at a rate between 0 and 1, not ${given}`
    )
  }
  const bitsFor = (hashes: number): number => (-hashes * capacity) / Math.log1p(-(rate ** (1 / hashes)))
  let hashes = 1
  while (hashes < MOST_HASHES && bitsFor(hashes + 1) < bitsFor(hashes)) hashes++
  let bits = Math.ceil(bitsFor(hashes))
  while (expectedRate({ bits, hashes }, capacity) > rate) bits += Math.ceil(bits / 20_000)
  if (!(bits <= MOST_BITS)) {
    throw diffError(
      "bloom-options-invalid",
      `${capacity} items at a rate of ${rate} take ${bits} bits, more than 2³²`
    )
  }
  return { bits, hashes }
}

/**
 * The rate of false hits with so many items: `q^k` for a share q of set bits, plus what makes small filters worse: that q
 * scatters between filters, and that the k bits asked for may coincide. Both to first order.
 */
function expectedRate({ bits, hashes }: BloomSize, items: number): number {
  const throws = items * hashes
  const clear = Math.exp(throws * Math.log1p(-1 / bits))
  const set = 1 - clear
  const bothClear = Math.exp(throws * Math.log1p(-2 / bits))
  const variance = clear / bits + (1 - 1 / bits) * bothClear - clear * clear
  const pairs = (hashes * (hashes - 1)) / 2
  return set ** hashes * (1 + pairs * (variance / (set * set) + (1 / set - 1) / bits))
}
