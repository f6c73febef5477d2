import { coreError } from "@syncline/core"
import type { SqliteConnection, SqliteDriver } from "../driver/sqlite-driver.ts"
import { sqliteFailure } from "../driver/sqlite-failure.ts"

/** The right to be the one writer of a database. */
export interface WriteLock {
  release(): void
}

/**
 * Takes the one writer's place, for this process and every other, or fails at once.
 *
 * It is an exclusive SQLite transaction on an empty file beside the database, kept open: the operating system ends it
 * with the process, however that dies, and everybody else reads and writes the database itself as SQLite allows (a sink
 * of ours, plain SQL, a backup). The file is never removed, for whoever had it open would then lock a file that is gone.
 *
 * @throws SynclineError `store-locked` when somebody else has it; `store-failed` when the lock file cannot be made.
 */
export function takeWriteLock(driver: SqliteDriver, lockPath: string, database: string): WriteLock {
  let connection: SqliteConnection | undefined
  try {
    connection = new driver(lockPath, { timeout: 0 })
    // Nothing is ever written here; a rollback journal in memory keeps the folder free of another file.
    connection.pragma("journal_mode = MEMORY")
    connection.exec("BEGIN EXCLUSIVE")
    const held = connection
    return { release: () => void held.close() }
  } catch (cause) {
    connection?.close()
    if (cause instanceof Error && "code" in cause && String(cause.code).startsWith("SQLITE_BUSY"))
      throw coreError(
        "store-locked",
        `${database} is open for writing already, here or in another process; close it there first`,
        { cause, details: { path: database } }
      )
    throw sqliteFailure(cause, `locking ${database}`)
  }
}
