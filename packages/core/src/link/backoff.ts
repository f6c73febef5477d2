import type { RandomPort } from "../ports/ports.ts"

/** Exponential backoff with full jitter: a fleet that lost its server does not come back in one wave. */
export interface BackoffOptions {
  /** Upper bound of the first wait. */
  readonly baseMs: number
  /** Upper bound of all waits. */
  readonly maxMs: number
  /** A connection which was live for this long counts as good: the next wait is a first one again. */
  readonly stableMs: number
}

/** From "a user will wait" to "a server may be down for an hour". */
export const defaultBackoff: BackoffOptions = { baseMs: 500, maxMs: 30_000, stableMs: 10_000 }

/** How long to wait before the attempt after `failures` ones, uniformly random below the bound. */
export function backoffMs(failures: number, options: BackoffOptions, random: RandomPort): number {
  const bound = Math.min(options.maxMs, options.baseMs * 2 ** Math.min(failures, 30))
  const [high = 0, low = 0] = random.bytes(2)
  return Math.floor((bound * (high * 256 + low)) / 65_536)
}
