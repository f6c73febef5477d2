import type { RandomPort } from "../ports/ports.ts"

/** How long to wait between attempts. */
export interface BackoffLimits {
  /** Before the second attempt, at most. */
  readonly firstMs: number
  /** Between any two attempts, at most. */
  readonly maxMs: number
}

/**
 * Exponential backoff with jitter: between half of `firstMs * 2^(attempts - 1)` and all of it, capped. The random half
 * keeps many clients of one failed server from coming back together.
 */
export function backoffDelayMs(attempts: number, limits: BackoffLimits, random: RandomPort): number {
  const ceiling = Math.min(limits.maxMs, limits.firstMs * 2 ** Math.min(attempts - 1, 30))
  const [high = 0, low = 0] = random.bytes(2)
  return Math.round((ceiling / 2) * (1 + (high * 256 + low) / 65_536))
}
