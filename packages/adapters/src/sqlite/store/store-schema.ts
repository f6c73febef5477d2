import { coreError } from "@syncline/core"
import type { SqliteConnection } from "../driver/sqlite-driver.ts"
import { type Migration, schemaVersion } from "./migrate.ts"

/** "Sync" in ASCII: lets `file` and other tools name a database that is ours alone. */
export const applicationId = 0x53796e63

/**
 * Every schema there was, in order; never edit one that was released.
 *
 * Log rows link to the document's record before them, and the newest is in the document's row. So a document's records
 * are found and proven complete without an index that every append would have to keep, and what changed since a
 * position is read off the log itself: with an index by position and one by document, appends to many documents were
 * half as fast. A row whose record was dropped keeps position and hash. `syncline_pending` holds heads that are newer than
 * their documents' rows, see `HeadBuffer`.
 */
export const storeMigrations: readonly Migration[] = [
  connection => {
    connection.exec(`
      CREATE TABLE syncline_documents (
        key INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        position INTEGER NOT NULL,
        dropped INTEGER NOT NULL,
        digest BLOB NOT NULL,
        body BLOB NOT NULL
      ) STRICT;
      CREATE TABLE syncline_log (
        position INTEGER PRIMARY KEY,
        document INTEGER NOT NULL,
        previous INTEGER NOT NULL,
        hash BLOB NOT NULL,
        record BLOB
      ) STRICT;
      CREATE TABLE syncline_pending (position INTEGER PRIMARY KEY, heads BLOB NOT NULL) STRICT;
      CREATE TABLE syncline_bases (document INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
      CREATE TABLE syncline_values (
        space TEXT NOT NULL,
        key TEXT NOT NULL,
        value BLOB NOT NULL,
        PRIMARY KEY (space, key)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE syncline_store (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
      INSERT INTO syncline_store VALUES ('swept', 0), ('folded', 0);
    `)
  }
]

/** Tables that only a Syncline store has. */
export const storeTables = [
  "syncline_documents",
  "syncline_log",
  "syncline_bases",
  "syncline_values"
] as const

/** What a database is, before anything was written to it. */
export type DatabaseKind = "empty" | "shared" | "store"

/**
 * Looks whose database this is. An application's own tables are welcome beside ours, unless the application marked the
 * file as its own format and did not agree (`embed`).
 *
 * @throws SynclineError `store-foreign`, `store-newer`, `store-corrupt`.
 */
export function identifyDatabase(connection: SqliteConnection, path: string, embed: boolean): DatabaseKind {
  const version = schemaVersion(connection)
  if (version > storeMigrations.length)
    throw coreError(
      "store-newer",
      `${path} has schema ${version} and this Syncline knows up to ${storeMigrations.length}; upgrade Syncline, or open a copy made before`,
      { details: { path, version } }
    )
  if (version > 0) return "store"
  const names = connection.prepare("SELECT name FROM sqlite_schema").all() as { readonly name: string }[]
  const ours = names.find(({ name }) => (storeTables as readonly string[]).includes(name))
  if (ours !== undefined)
    throw coreError(
      "store-foreign",
      `${path} has a table ${ours.name} that no Syncline store made; choose another path`,
      {
        details: { path }
      }
    )
  const mark = connection.pragma("application_id", { simple: true })
  if (mark !== 0 && mark !== applicationId && !embed)
    throw coreError(
      "store-foreign",
      `${path} is another application's file (application_id ${String(mark)}); choose another path, or pass { embed: true } to keep Syncline's tables in it`,
      { details: { path, applicationId: mark } }
    )
  return names.length === 0 ? "empty" : "shared"
}
