import { coreError } from "@syncline/core"
import type { SqliteConnection } from "../driver/sqlite-driver.ts"

/** `syncline_records` as format 1 made it: reading it in the order of ids, SQLite looked up each record at another place. */
export const formerRecords =
  "CREATE TABLE syncline_records (id TEXT PRIMARY KEY NOT NULL, generation INTEGER NOT NULL, projection INTEGER NOT NULL, height INTEGER NOT NULL, deleted INTEGER NOT NULL, row_count INTEGER NOT NULL, digest BLOB NOT NULL, seal BLOB NOT NULL) STRICT"

/**
 * Makes a `syncline_records` of format 1 anew, by the statement given, with all its records. Triggers and indexes of others stay. Part of the opening's transaction; some
 * 5 µs a record.
 *
 * @throws SynclineError `sink-foreign` where a foreign key names it.
 */
export function renewRecords(connection: SqliteConnection, create: string): void {
  mustBeUnreferenced(connection)
  const beside = connection
    .prepare(
      "SELECT sql FROM sqlite_schema WHERE lower(tbl_name) = 'syncline_records' AND type <> 'table' AND sql IS NOT NULL"
    )
    .all() as { readonly sql: string }[]
  // By a table of this connection's own: renaming would change what views and triggers of others say, or fail by them.
  connection.exec(`CREATE TEMP TABLE syncline_former AS SELECT * FROM main.syncline_records ORDER BY id;
    DROP TABLE main.syncline_records;
    ${create};
    INSERT INTO main.syncline_records SELECT * FROM temp.syncline_former ORDER BY rowid;
    DROP TABLE temp.syncline_former`)
  for (const { sql } of beside) connection.exec(sql)
}

/** Dropping a table deletes its rows first, and foreign keys would have rows of the application follow. */
function mustBeUnreferenced(connection: SqliteConnection): void {
  const found = connection
    .prepare(
      `SELECT s.name FROM sqlite_schema s, pragma_foreign_key_list(s.name) f
        WHERE s.type = 'table' AND lower(f."table") = 'syncline_records' LIMIT 1`
    )
    .get() as { readonly name: string } | undefined
  if (found === undefined) return
  throw coreError(
    "sink-foreign",
    `a foreign key of table "${found.name}" names syncline_records, which has to be made anew for this version of Syncline; take the foreign key away and open the sink again`,
    { details: { table: found.name } }
  )
}
