import type { RandomPort } from "../ports/ports.ts"

/** How long to wait between attempts. */
export interface BackoffLimits {
  /** Between any two attempts, at least. */
  readonly firstMs: number
  /** Between any two attempts, at most. */
  readonly maxMs: number
}

/**
 * Backoff with decorrelated jitter: uniformly random between `firstMs` and three times the pause before, capped. Clients of one failed
 * server spread over the whole span at once, where jitter on a common doubling keeps them in waves.
 *
 * `previousMs` is the pause before this one; `undefined` for the first. See Marc Brooker, "Exponential Backoff And Jitter",
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoffDelayMs(
  previousMs: number | undefined,
  limits: BackoffLimits,
  random: RandomPort
): number {
  const { firstMs, maxMs } = limits
  const reach = Math.max(firstMs, 3 * (previousMs ?? firstMs))
  return Math.round(Math.min(maxMs, firstMs + fraction(random) * (reach - firstMs)))
}

/** Uniform from 0 up to, not including, 1. */
export function fraction(random: RandomPort): number {
  const [high = 0, low = 0] = random.bytes(2)
  return (high * 256 + low) / 65_536
}
