import type { BytesErrorCode } from "../bytes/bytes-error-code.ts"
import { SynclineError } from "../error/syncline-error.ts"

/** What a decoder accepts before it reads on; exceeding one throws `bytes-limit`. */
export interface VectorLimits {
  /** Longest input of `decode`, in bytes. Default 1 MiB. */
  readonly maxBytes?: number
  /** Most entries. Default 65,536, far above the actors one document sees. */
  readonly maxEntries?: number
  /**
   * Highest seq. Default 2⁴⁰, a commit every millisecond for 34 years. Keeps what a peer sends far from the end of the
   * safe integers: no merge of up to 8,192 such entries can overflow.
   */
  readonly maxSeq?: number
}

/** {@link VectorLimits} with the defaults filled in. */
export function resolveLimits(limits: VectorLimits = {}): Required<VectorLimits> {
  return {
    maxBytes: limits.maxBytes ?? 2 ** 20,
    maxEntries: limits.maxEntries ?? 2 ** 16,
    maxSeq: limits.maxSeq ?? 2 ** 40
  }
}

/** A seq just read, unless it exceeds `maxSeq`: then throws `bytes-limit`. Exact for sums that left the safe integers. */
export function limitedSeq(seq: number, maxSeq: number): number {
  if (seq <= maxSeq) return seq
  throw new SynclineError<BytesErrorCode>(
    "bytes-limit",
    `The seq is ${seq}, more than the limit of ${maxSeq}`,
    {
      details: { seq, limit: maxSeq }
    }
  )
}
