import { coreError } from "../errors/core-error.ts"
import type { Path } from "./json.ts"

/** What a counter shows for an exact sum: the nearest safe integer. */
export function shownCount(sum: number | bigint): number {
  return Number.isSafeInteger(Number(sum)) ? Number(sum) : Math.sign(Number(sum)) * Number.MAX_SAFE_INTEGER
}

/**
 * The value of a counter after a step.
 *
 * @throws SynclineError `value-unsupported` where step or sum are no safe integers.
 */
export function checkSum(value: number, by: number, path: Path): number {
  const sum = value + by
  if (Number.isSafeInteger(by) && Number.isSafeInteger(sum)) return sum + 0
  const what = Number.isSafeInteger(by)
    ? `counting ${by} from ${value} leads`
    : `a step of ${String(by)} leads`
  throw coreError(
    "value-unsupported",
    `${what} the counter at ${JSON.stringify(path)} to what is no whole number between ±(2^53 - 1); count in such steps, or declare a register`,
    { details: { path } }
  )
}
