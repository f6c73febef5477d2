import { coreError } from "../errors/core-error.ts"
import type { Path } from "./json.ts"

/** What a counter shows for an exact sum: the nearest safe integer. */
export function shownCount(sum: number | bigint): number {
  const near = Number(sum)
  return Number.isSafeInteger(near) ? near : Math.sign(near) * Number.MAX_SAFE_INTEGER
}

/**
 * Refuses a step that is no safe integer, or leads a counter from `value` to what is none.
 *
 * @throws SynclineError `value-unsupported`.
 */
export function checkStep(value: number, by: number, path: Path): void {
  if (!Number.isSafeInteger(by)) throw unsupported(`a step of ${String(by)}`, path)
  if (!Number.isSafeInteger(value + by)) throw unsupported(`${by} more than ${value}`, path)
}

/**
 * The step that leads a counter from `value` to another one.
 *
 * @throws SynclineError `value-unsupported` where either is no safe integer.
 */
export function stepTo(value: number, to: number, path: Path): number {
  // Of the difference it could not be told: it is rounded where they are far apart.
  if (!Number.isSafeInteger(to)) throw unsupported(String(to), path)
  checkStep(value, to - value, path)
  return to - value
}

function unsupported(what: string, path: Path): Error {
  return coreError(
    "value-unsupported",
    `the counter at ${JSON.stringify(path)} cannot take ${what}: it counts in whole numbers, between ±(2^53 - 1); for others declare a register`,
    { details: { path } }
  )
}
