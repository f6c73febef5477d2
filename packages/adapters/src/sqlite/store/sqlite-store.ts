import { coreError, type Store, type StoreSession } from "@syncline/core"
import { loadSqliteDriver, type SqliteConnection, type SqliteDriver } from "../driver/sqlite-driver.ts"
import { sqliteFailure } from "../driver/sqlite-failure.ts"
import { fileWitness } from "../witness/file-witness.ts"
import { type DatabaseLocation, locateDatabase } from "./database-location.ts"
import { migrate } from "./migrate.ts"
import { SqliteSession } from "./sqlite-session.ts"
import { applicationId, type DatabaseKind, identifyDatabase, storeMigrations } from "./store-schema.ts"
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

/** The write-ahead log is cut back to this after a checkpoint, so that one large import does not keep its disk space. */
const maxIdleWalBytes = 64 * 1024 * 1024

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
  let connection: SqliteConnection | undefined
  let lock: WriteLock | undefined
  try {
    connection = new driver(path, { timeout: options.busyTimeoutMs ?? defaultBusyTimeoutMs })
    // Before anything beside or in the file is touched: it may be somebody else's.
    const kind = identifyDatabase(connection, path, options.embed ?? false)
    lock = takeWriteLock(driver, lockPath, path)
    configure(connection, kind, path, options)
    migrate(connection, storeMigrations)
    const witness = fileWitness(path, stateDirectory === undefined ? {} : { directory: stateDirectory })
    return new SqliteSession({ path, durability, connection, lock, witness })
  } catch (cause) {
    connection?.close()
    lock?.release()
    throw sqliteFailure(cause, `opening ${path}`)
  }
}

function configure(
  connection: SqliteConnection,
  kind: DatabaseKind,
  path: string,
  { durability = "power", maxBytes }: SqliteStoreOptions
): void {
  if (kind === "empty") {
    // Both only take effect before the first table; a shared file keeps what its application chose.
    connection.pragma("auto_vacuum = INCREMENTAL")
    connection.pragma(`application_id = ${applicationId}`)
  }
  const mode = connection.pragma("journal_mode = WAL", { simple: true })
  if (mode !== "wal")
    throw coreError(
      "store-failed",
      `${path} cannot be in WAL mode (it is in ${String(mode)}); keep it on a local disk`
    )
  connection.pragma(`synchronous = ${durability === "power" ? "FULL" : "NORMAL"}`)
  // macOS: a plain fsync leaves data in the drive's cache. Without effect elsewhere.
  connection.pragma(`fullfsync = ${durability === "power" ? 1 : 0}`)
  connection.pragma(`checkpoint_fullfsync = ${durability === "power" ? 1 : 0}`)
  connection.pragma(`journal_size_limit = ${maxIdleWalBytes}`)
  // Damaged pages are noticed when they are read, not when they have damaged others.
  connection.pragma("cell_size_check = ON")
  if (maxBytes !== undefined) {
    const pageSize = Number(connection.pragma("page_size", { simple: true }))
    connection.pragma(`max_page_count = ${Math.max(1, Math.floor(maxBytes / pageSize))}`)
  }
}
