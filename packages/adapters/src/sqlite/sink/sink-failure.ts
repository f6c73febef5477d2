import { isSynclineError } from "@syncline/clock"
import { coreError } from "@syncline/core"
import { sqliteFailure } from "../driver/sqlite-failure.ts"

/**
 * Wraps what SQLite threw, once, as `sink-failed`; errors that are ours already come back as they are.
 * `doing` completes "… failed": what was tried, and with which file.
 */
export function sinkFailure(cause: unknown, doing: string): Error {
  if (isSynclineError(cause)) return cause
  // The driver's wording and advice hold for sinks too; only the code says who failed.
  const { message } = sqliteFailure(cause, doing)
  return coreError("sink-failed", message, { cause })
}
