import { fullLimits } from "../../argument/full-limits.ts"

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
const DEFAULTS = { maxBytes: GIBIBYTE, maxDeltaBytes: GIBIBYTE }

/** Fills in the defaults. Throws `argument-invalid` for a limit that is no number. */
export function resolveLimits(limits?: DeltaLimits): ResolvedDeltaLimits {
  return fullLimits(DEFAULTS, limits)
}
