import { isSynclineError } from "@syncline/clock"
import { coreError } from "@syncline/core"
import { sqliteFailure } from "../driver/sqlite-failure.ts"

/** What SQLite says of a row rather than of the file, by the beginning of its result code's name: https://sqlite.org/rescode.html */
const ofContent = ["SQLITE_CONSTRAINT", "SQLITE_TOOBIG", "SQLITE_MISMATCH"]

/**
 * Wraps what SQLite threw, once: as `sink-refused` where a row is at fault (an index or a trigger of the application's, a value too long), as
 * `sink-failed` otherwise; errors that are ours already come back as they are. `doing` completes "… failed": what was tried, and with which file.
 */
export function sinkFailure(cause: unknown, doing: string): Error {
  if (isSynclineError(cause)) return cause
  // The driver's wording and advice hold for sinks too; only the code says who failed.
  const { message } = sqliteFailure(cause, doing)
  return coreError(isOfContent(cause) ? "sink-refused" : "sink-failed", message, { cause })
}

function isOfContent(cause: unknown): boolean {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : ""
  return ofContent.some(prefix => code.startsWith(prefix))
}
