import { coreError } from "../errors/core-error.ts"
import type { BackoffLimits } from "../projection/backoff-delay.ts"

/** How an embedder may be called. */
export interface EmbeddingLimits {
  /** Texts in one call. Default 64. */
  readonly texts: number
  /** UTF-16 units in one call, unless one text alone has more. Default 65,536. */
  readonly units: number
  /** Calls at a time, at most; fewer while calls fail. Default 4. */
  readonly concurrency: number
  /** Calls begun in any minute. Default: unlimited. */
  readonly callsPerMinute: number
  /**
   * UTF-16 units sent in any hour, calls that failed included, for each sink by itself, since it was opened. What is above waits; a single call that
   * alone has more waits until nothing else counts. Texts searched for count, and do not wait. Default: unlimited.
   */
  readonly unitsPerHour: number
  /** Until a call is given up: its signal fires, and it counts as failed. Default 60,000. */
  readonly timeoutMs: number
  /** Calls for the same texts before they are given up. Default 4. */
  readonly attempts: number
  /** Between these. Default from 500 ms, at most 30 s. */
  readonly backoff: BackoffLimits
}

const defaults: EmbeddingLimits = {
  texts: 64,
  units: 65_536,
  concurrency: 4,
  callsPerMinute: Infinity,
  unitsPerHour: Infinity,
  timeoutMs: 60_000,
  attempts: 4,
  backoff: { firstMs: 500, maxMs: 30_000 }
}

/**
 * Defaults with these changes.
 *
 * @throws SynclineError `options-invalid` for a limit that lets nothing through.
 */
export function embeddingLimits(changes: Partial<EmbeddingLimits> = {}): EmbeddingLimits {
  const limits = { ...defaults, ...changes }
  for (const name of ["texts", "units", "concurrency", "timeoutMs", "attempts"] as const)
    if (!Number.isInteger(limits[name]) || limits[name] < 1)
      throw coreError("options-invalid", `${name} is ${limits[name]}; give a whole number from 1`)
  for (const name of ["callsPerMinute", "unitsPerHour"] as const)
    if (!(limits[name] >= 1))
      throw coreError("options-invalid", `${name} is ${limits[name]}; give a number from 1`)
  return limits
}
