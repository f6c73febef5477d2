import type { Store, StoreSession } from "@syncline/core"
import { HeldFile } from "../driver/held-file.ts"
import { loadSqliteDriver, type SqliteDriver } from "../driver/sqlite-driver.ts"
import { sqliteFailure } from "../driver/sqlite-failure.ts"
import { fileWitness } from "../witness/file-witness.ts"
import { configureConnection } from "./configure-connection.ts"
import { type DatabaseLocation, locateDatabase } from "./database-location.ts"
import { migrate } from "./migrate.ts"
import { SqliteSession } from "./sqlite-session.ts"
import { identifyDatabase, storeMigrations } from "./store-schema.ts"
import { takeWriteLock, type WriteLock } from "./write-lock.ts"

/** How a SQLite store keeps its promises. */
export interface SqliteStoreOptions {
  /**
   * What an append survives once it is fulfilled. Default `power`: what was acknowledged has usually been sent to peers,
   * and a store that forgets it must take a new identity. `process` does without waiting for the disk; loss of power
   * may then take the last appends back, never a part of one.
   */
  readonly durability?: "power" | "process"
  /** How long another connection's transaction is waited for, the event loop standing still. Default 5,000. */
  readonly busyTimeoutMs?: number
  /** The file grows no further than this; appends beyond are rejected with `store-failed`. Default: the disk's size. */
  readonly maxBytes?: number
  /** Allows Syncline's tables in a file that carries another application's `application_id`. Default false. */
  readonly embed?: boolean
  /** Folder of the identity witness; see `fileWitness` for the default. */
  readonly stateDirectory?: string
}

const defaultBusyTimeoutMs = 5000

/**
 * A store in one SQLite file, through better-sqlite3, in WAL mode: everything Syncline holds lies in tables named
 * `syncline_…`, beside which the application and Syncline's SQLite sink may have their own. One session writes, in this
 * or any other process; others may read, and write other tables, as long as their transactions are short.
 *
 * `path` names the file, which `open` creates; its folder must exist.
 */
export function sqliteStore(path: string, options: SqliteStoreOptions = {}): Store {
  return {
    name: `sqlite ${path}`,
    async open() {
      const location = locateDatabase(path)
      const driver = await loadSqliteDriver()
      return openSession(driver, location, options)
    }
  }
}

function openSession(
  driver: SqliteDriver,
  location: DatabaseLocation,
  options: SqliteStoreOptions
): StoreSession {
  const { path, lockPath } = location
  const { durability = "power", stateDirectory } = options
  let file: HeldFile | undefined
  let lock: WriteLock | undefined
  try {
    file = new HeldFile(driver, path, { timeout: options.busyTimeoutMs ?? defaultBusyTimeoutMs })
    const { connection } = file
    // Before anything beside or in the file is touched: it may be somebody else's.
    const kind = identifyDatabase(connection, path, options.embed ?? false)
    file.look()
    lock = takeWriteLock(driver, lockPath, path)
    configureConnection(connection, kind, path, { ...options, durability })
    migrate(connection, storeMigrations)
    // Writes nothing, but only where something could be written: a read-only file is refused now, not at the first append.
    connection.exec("DELETE FROM syncline_store WHERE name = ''")
    file.look()
    const witness = fileWitness(path, stateDirectory === undefined ? {} : { directory: stateDirectory })
    return new SqliteSession({ path, durability, file, lock, witness })
  } catch (cause) {
    file?.releaseQuietly()
    lock?.release()
    throw sqliteFailure(cause, `opening ${path}`)
  }
}
