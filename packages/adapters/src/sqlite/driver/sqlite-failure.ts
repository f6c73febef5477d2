import { isSynclineError } from "@syncline/clock"
import { type CoreErrorCode, coreError } from "@syncline/core"

interface Meaning {
  readonly prefix: string
  readonly code: CoreErrorCode
  readonly advice: string
}

/** By the beginning of SQLite's (extended) result code name, https://sqlite.org/rescode.html; the first match counts. */
const meanings: readonly Meaning[] = [
  {
    prefix: "SQLITE_NOTADB",
    code: "store-foreign",
    advice: "the file is no SQLite database; choose another path"
  },
  {
    prefix: "SQLITE_CORRUPT",
    code: "store-corrupt",
    advice: "the file is damaged; run checkIntegrity, then restore a backup or sync a new store from a peer"
  },
  {
    prefix: "SQLITE_FULL",
    code: "store-failed",
    advice: "the disk or the size limit is full; free space and try again"
  },
  {
    prefix: "SQLITE_BUSY",
    code: "store-failed",
    advice: "another connection kept the database locked for too long; end its transaction and try again"
  },
  {
    prefix: "SQLITE_READONLY",
    code: "store-failed",
    advice: "the file is read-only; make it and its folder writable"
  },
  {
    prefix: "SQLITE_CANTOPEN",
    code: "store-failed",
    advice: "the file cannot be opened; check path and permissions"
  },
  { prefix: "SQLITE_IOERR", code: "store-failed", advice: "reading or writing failed; check the disk" }
]

/**
 * Wraps what better-sqlite3 threw, once: an error that is ours already comes back as it is.
 * `doing` completes "… failed": what was tried, and with which file.
 */
export function sqliteFailure(cause: unknown, doing: string): Error {
  if (isSynclineError(cause)) return cause
  const sqliteCode =
    cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : undefined
  const meaning = meanings.find(({ prefix }) => sqliteCode?.startsWith(prefix))
  const reason = cause instanceof Error ? cause.message : String(cause)
  const advice = meaning === undefined ? "" : `; ${meaning.advice}`
  return coreError(meaning?.code ?? "store-failed", `${doing} failed (${reason})${advice}`, {
    cause,
    details: sqliteCode === undefined ? {} : { sqliteCode }
  })
}
