import { coreError } from "@syncline/core"
import type { SqliteConnection } from "../driver/sqlite-driver.ts"
import { applicationId, type DatabaseKind } from "./store-schema.ts"

/** The options that concern the connection. */
export interface ConnectionOptions {
  readonly durability: "power" | "process"
  readonly maxBytes?: number
}

/** The write-ahead log is cut back to this after a checkpoint, so that one large import does not keep its disk space. */
const maxIdleWalBytes = 64 * 1024 * 1024

/**
 * Sets up the connection a session writes through.
 *
 * @throws SynclineError `store-failed` where the file cannot be in WAL mode.
 */
export function configureConnection(
  connection: SqliteConnection,
  kind: DatabaseKind,
  path: string,
  { durability, maxBytes }: ConnectionOptions
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
