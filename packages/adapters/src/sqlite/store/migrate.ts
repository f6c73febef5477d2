import { coreError } from "@syncline/core"
import type { SqliteConnection } from "../driver/sqlite-driver.ts"
import { writeTransactions } from "../driver/transaction.ts"

/** One step of the schema: takes a database from the version before it to its own. Runs in a transaction. */
export type Migration = (connection: SqliteConnection) => void

const versionTable = "syncline_store"

/** The schema version a database is at; 0 when it has no Syncline store. */
export function schemaVersion(connection: SqliteConnection): number {
  const table = connection
    .prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?")
    .get(versionTable)
  if (table === undefined) return 0
  const row = connection.prepare(`SELECT value FROM ${versionTable} WHERE name = 'schema'`).get()
  const version = (row as { readonly value?: unknown } | undefined)?.value
  if (typeof version !== "number" || !Number.isSafeInteger(version) || version < 1)
    throw coreError(
      "store-corrupt",
      `the table ${versionTable} has no valid schema version; restore a backup`
    )
  return version
}

/**
 * Brings a database up to the last of `migrations`, the first of which makes version 1. Each step and the version it
 * leads to are one transaction: whatever interrupts the run, the next one goes on where it ended.
 */
export function migrate(connection: SqliteConnection, migrations: readonly Migration[]): void {
  const inTransaction = writeTransactions(connection)
  for (let version = schemaVersion(connection); version < migrations.length; version++)
    inTransaction(() => {
      migrations[version]?.(connection)
      connection.exec(
        `CREATE TABLE IF NOT EXISTS ${versionTable} (name TEXT PRIMARY KEY, value) WITHOUT ROWID`
      )
      connection.prepare(`INSERT OR REPLACE INTO ${versionTable} VALUES ('schema', ?)`).run(version + 1)
    })
}
