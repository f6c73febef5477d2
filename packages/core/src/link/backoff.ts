import type { RandomPort } from "../ports/ports.ts"

/** Exponential backoff with full jitter: a fleet that lost its server does not come back in one wave. */
export interface BackoffOptions {
  /** Upper bound of the first wait. */
  readonly baseMs: number
  /** Upper bound of all waits. */
  readonly maxMs: number
  /** A connection which was live for this long counts as good: the next wait is a first one again. */
  readonly stableMs: number
  /**
   * Upper bound of the wait, at least half of which it is, after an end that another attempt rarely mends: the other side speaks no common
   * protocol, or is this replica itself. It may be updated, or put right, all the same.
   */
  readonly mismatchMs: number
}

/** From "a user will wait" to "a server may be down for an hour". */
export const defaultBackoff: BackoffOptions = {
  baseMs: 500,
  maxMs: 30_000,
  stableMs: 10_000,
  mismatchMs: 300_000
}

/** How long to wait before the attempt after `failures` ones, uniformly random below the bound. */
export function backoffMs(
  failures: number,
  { baseMs, maxMs }: Pick<BackoffOptions, "baseMs" | "maxMs">,
  random: RandomPort
): number {
  return below(Math.min(maxMs, baseMs * 2 ** Math.min(failures, 30)), random)
}

/** How long to wait where the other side is not one to sync with. */
export function mismatchWaitMs(
  { mismatchMs }: Pick<BackoffOptions, "mismatchMs">,
  random: RandomPort
): number {
  return mismatchMs / 2 + below(mismatchMs / 2, random)
}

function below(bound: number, random: RandomPort): number {
  const [high = 0, low = 0] = random.bytes(2)
  return Math.floor((bound * (high * 256 + low)) / 65_536)
}
