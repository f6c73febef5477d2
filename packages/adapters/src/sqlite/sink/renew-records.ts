import { coreError } from "@syncline/core"
import type { SqliteConnection } from "../driver/sqlite-driver.ts"

/** `syncline_records` as format 1 made it: reading it in the order of ids, SQLite looked up each record at another place. */
export const formerRecords =
  "CREATE TABLE syncline_records (id TEXT PRIMARY KEY NOT NULL, generation INTEGER NOT NULL, projection INTEGER NOT NULL, height INTEGER NOT NULL, deleted INTEGER NOT NULL, row_count INTEGER NOT NULL, digest BLOB NOT NULL, seal BLOB NOT NULL) STRICT"

interface Beside {
  readonly name: string
  readonly sql: string
}

/**
 * Makes a `syncline_records` of format 1 anew, by the statement given, with all its records. Triggers and indexes of others stay. Part of the opening's transaction, followed by
 * `mustTakeWrites`. Takes some 5 µs of processor a record, and until it is done some 170 bytes each, of memory where `temp_store` is MEMORY, of a temporary file otherwise.
 *
 * @throws SynclineError `sink-foreign` where a foreign key names it, or an index what it has no more.
 */
export function renewRecords(connection: SqliteConnection, create: string): void {
  mustBeUnreferenced(connection)
  const beside = connection
    .prepare(
      "SELECT name, sql FROM sqlite_schema WHERE lower(tbl_name) = 'syncline_records' AND type <> 'table' AND sql IS NOT NULL"
    )
    .all() as Beside[]
  // By a table of this connection's own: renaming would change what views and triggers of others say, or fail by them.
  connection.exec(`CREATE TEMP TABLE syncline_former AS SELECT * FROM main.syncline_records ORDER BY id;
    DROP TABLE main.syncline_records;
    ${create};
    INSERT INTO main.syncline_records SELECT * FROM temp.syncline_former ORDER BY rowid;
    DROP TABLE temp.syncline_former`)
  for (const { name, sql } of beside)
    orRefuse(`"${name}" cannot be made there again`, () => connection.exec(sql))
}

/**
 * Checks that whatever the sink writes to these tables, the triggers that this sets off still mean something: a trigger that names the `rowid` of `syncline_records` was
 * right in format 1, and from now on fails whatever sets it off. Compiles statements and runs none.
 *
 * @throws SynclineError `sink-foreign`.
 */
export function mustTakeWrites(connection: SqliteConnection, tables: readonly string[]): void {
  for (const table of tables) {
    const columns = connection.prepare("SELECT name FROM pragma_table_info(?)").all(table)
    // All of them: triggers may be for some columns only.
    const set = (columns as { readonly name: string }[]).map(({ name }) => `${name} = ${name}`).join(", ")
    const statements = [
      `INSERT INTO ${table} DEFAULT VALUES`,
      `UPDATE ${table} SET ${set}`,
      `DELETE FROM ${table}`
    ]
    for (const sql of statements)
      orRefuse(`a trigger fails that ${sql.slice(0, sql.indexOf(" "))} on "${table}" sets off`, () =>
        connection.prepare(sql)
      )
  }
}

/** What SQLite does not understand any more refuses the file as it was. */
function orRefuse(what: string, action: () => void): void {
  try {
    action()
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause && cause.code === "SQLITE_ERROR")) throw cause
    throw coreError(
      "sink-foreign",
      `syncline_records is made anew for this version of Syncline, without a rowid, and ${what}: ${cause.message}; drop it or let it name ids instead, and open the sink again`,
      { cause }
    )
  }
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
