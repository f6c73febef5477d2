/** What applying a delta may cost at most. */
export interface DeltaLimits {
  /** Longest result, in bytes. Default 1 GiB. */
  readonly maxBytes?: number
  /** Longest delta, in bytes. Default 1 GiB. */
  readonly maxDeltaBytes?: number
}

/** {@link DeltaLimits} without gaps. */
export interface ResolvedDeltaLimits {
  readonly maxBytes: number
  readonly maxDeltaBytes: number
  /** Ends long decoding. */
  readonly signal?: AbortSignal
}

const GIBIBYTE = 2 ** 30

/** Fills in the defaults. */
export function resolveLimits(limits: DeltaLimits = {}): ResolvedDeltaLimits {
  return { maxBytes: limits.maxBytes ?? GIBIBYTE, maxDeltaBytes: limits.maxDeltaBytes ?? GIBIBYTE }
}
