import { coreError, type Projection } from "@syncline/core"
import type { SqliteConnection } from "../driver/sqlite-driver.ts"
import { prepareExact } from "./raw-statement.ts"
import { createTableSql, createVectorTableSql, vectorTable } from "./table-sql.ts"

/** Version of the bookkeeping below; raised together with a migration. */
const format = 1

const createLease =
  "CREATE TABLE syncline_lease (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), holder TEXT NOT NULL, epoch TEXT NOT NULL, fence INTEGER NOT NULL, until_ms INTEGER NOT NULL) STRICT"

const bookkeeping: Readonly<Record<string, string>> = {
  syncline_sink:
    "CREATE TABLE syncline_sink (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), format INTEGER NOT NULL, name TEXT NOT NULL, generation INTEGER NOT NULL, projection INTEGER NOT NULL, hash TEXT NOT NULL, tables TEXT NOT NULL) STRICT",
  syncline_watermarks:
    "CREATE TABLE syncline_watermarks (epoch TEXT PRIMARY KEY NOT NULL, position INTEGER NOT NULL, log_hash BLOB) STRICT, WITHOUT ROWID",
  syncline_lease: createLease,
  syncline_records:
    "CREATE TABLE syncline_records (id TEXT PRIMARY KEY NOT NULL, generation INTEGER NOT NULL, projection INTEGER NOT NULL, height INTEGER NOT NULL, deleted INTEGER NOT NULL, row_count INTEGER NOT NULL, digest BLOB NOT NULL, seal BLOB NOT NULL) STRICT"
}

/** The one row of `syncline_sink`. */
export interface SinkFacts {
  readonly generation: number
  readonly projection: number
}

interface SinkRow extends SinkFacts {
  readonly format: number
  readonly name: string
  readonly hash: string
  /** JSON: the statements that made each table, by table. */
  readonly tables: string
}

type TableSql = Readonly<Record<string, readonly string[]>>

/**
 * Creates the sink's tables, or brings them to this projection. Runs in a transaction; nothing stays changed when it
 * throws.
 *
 * A changed mapping raises the projection version and rewinds all watermarks. Tables that were declared otherwise before
 * are dropped and made anew (their rows come back with the documents), tables no longer declared are dropped; tables
 * the sink did not make are never touched.
 *
 * @param mayChange asked before anything of a sink that is there changes, with whether its tables or its mapping will; throws where they must not.
 * @throws SynclineError `sink-foreign`, `store-newer`.
 */
export function prepareSchema(
  connection: SqliteConnection,
  name: string,
  projection: Projection,
  mayChange: (alters: boolean) => void
): SinkFacts {
  const wanted = tablesOf(projection)
  const tables = JSON.stringify(wanted)
  const present = readSchema(connection)
  if (present.has("syncline_sink") && !present.has("syncline_lease")) {
    // Made before there were leases.
    connection.exec(createLease)
    present.set("syncline_lease", createLease)
  }
  const row = present.has("syncline_sink") ? readSinkRow(connection, name, present) : undefined
  const owned = row === undefined ? {} : (JSON.parse(row.tables) as TableSql)
  if (row !== undefined) {
    const isGone = Object.keys(wanted).some(table => !present.has(table.toLowerCase()))
    mayChange(isGone || row.tables !== tables || row.hash !== projection.hash)
  }
  const kept = replaceTables(connection, present, owned, wanted)
  removeStrayVectors(connection, projection)
  if (row === undefined) {
    for (const sql of Object.values(bookkeeping)) connection.exec(sql)
    connection
      .prepare("INSERT INTO syncline_sink VALUES (1, ?, ?, 1, 1, ?, ?)")
      .run(format, name, projection.hash, tables)
    return { generation: 1, projection: 1 }
  }
  if (kept && row.hash === projection.hash) return row
  connection
    .prepare("UPDATE syncline_sink SET projection = projection + 1, hash = ?, tables = ?")
    .run(projection.hash, tables)
  connection.exec("UPDATE syncline_watermarks SET position = 0, log_hash = NULL")
  return { generation: row.generation, projection: row.projection + 1 }
}

/**
 * Checks that all tables are still as the sink made them.
 *
 * @throws SynclineError `sink-foreign` naming the first that is not.
 */
export function checkTables(connection: SqliteConnection, projection: Projection): void {
  const present = readSchema(connection)
  const made = Object.entries(tablesOf(projection)).map(([table, [sql]]) => [table, sql] as const)
  for (const [table, sql] of [...Object.entries(bookkeeping), ...made])
    if (present.get(table.toLowerCase()) !== sql) throw alteredError(table, present.has(table.toLowerCase()))
}

/** Vectors without a row would take the places of others among the nearest, and the numbers of new ones. */
export function removeStrayVectors(connection: SqliteConnection, { tables }: Projection): void {
  for (const table of tables) {
    if (table.vector === undefined) continue
    const vectors = vectorTable(table)
    const strays = prepareExact(
      connection,
      `SELECT rowid FROM ${vectors} WHERE rowid NOT IN (SELECT vector_id FROM ${table.name})`
    ).all()
    const remove = connection.prepare(`DELETE FROM ${vectors} WHERE rowid = ?`)
    for (const [id] of strays) remove.run(id)
  }
}

/** The statements that make each table, by its name. */
function tablesOf({ tables }: Projection): TableSql {
  return Object.fromEntries(
    tables.flatMap(table => {
      const vectors = createVectorTableSql(table)
      const own = [table.name, createTableSql(table)] as const
      return vectors === undefined ? [own] : [own, [vectorTable(table), [vectors]] as const]
    })
  )
}

/** Names, in lower case as SQLite compares them, with the statement that made each table or index. */
function readSchema(connection: SqliteConnection): Map<string, string | null> {
  const rows = connection.prepare("SELECT name, sql FROM sqlite_schema").all()
  return new Map(
    (rows as { name: string; sql: string | null }[]).map(({ name, sql }) => [name.toLowerCase(), sql])
  )
}

function readSinkRow(
  connection: SqliteConnection,
  name: string,
  present: ReadonlyMap<string, string | null>
): SinkRow {
  const columns = connection.prepare("SELECT name FROM pragma_table_info('syncline_sink')").all()
  if (!(columns as { name: string }[]).some(column => column.name === "format"))
    throw alteredError("syncline_sink", true)
  const row = connection.prepare("SELECT * FROM syncline_sink").get() as SinkRow | undefined
  if (row !== undefined && row.format > format)
    throw coreError(
      "store-newer",
      `the sink's tables have format ${row.format} and this Syncline knows up to ${format}; upgrade Syncline`
    )
  for (const [table, sql] of Object.entries(bookkeeping))
    if (present.get(table) !== sql) throw alteredError(table, present.has(table))
  if (row === undefined) throw alteredError("syncline_sink", true)
  if (row.name !== name)
    throw coreError(
      "sink-foreign",
      `the file holds the tables of sink "${row.name}", not of "${name}"; give one of them a file of its own`
    )
  return row
}

/** Makes the wanted tables out of the owned ones; returns whether all of them stayed. */
function replaceTables(
  connection: SqliteConnection,
  present: ReadonlyMap<string, string | null>,
  owned: TableSql,
  wanted: TableSql
): boolean {
  let kept = true
  const left = new Map(present)
  for (const [table, [sql]] of Object.entries(owned)) {
    const found = present.get(table.toLowerCase())
    if (found !== undefined && found !== sql) throw alteredError(table, true)
    const stays = found !== undefined && JSON.stringify(wanted[table]) === JSON.stringify(owned[table])
    if (found !== undefined && !stays) {
      mustBeDroppable(connection, table, sql)
      connection.exec(`DROP TABLE ${table}`)
      left.delete(table.toLowerCase())
    }
    kept &&= stays
  }
  for (const [table, statements] of Object.entries(wanted)) {
    const found = left.get(table.toLowerCase())
    if (
      owned[table] !== undefined &&
      found !== undefined &&
      JSON.stringify(owned[table]) === JSON.stringify(statements)
    )
      continue
    if (found !== undefined && owned[table] === undefined) throw foreignError(table)
    for (const sql of statements) connection.exec(sql)
    kept = false
  }
  return kept
}

/** SQLite drops a table of an extension only where that is loaded. */
function mustBeDroppable(connection: SqliteConnection, table: string, sql = ""): void {
  const isVirtual = sql.startsWith("CREATE VIRTUAL TABLE")
  if (
    !isVirtual ||
    connection.prepare("SELECT 1 FROM pragma_module_list WHERE name = 'vec0'").get() !== undefined
  )
    return
  throw coreError(
    "sink-foreign",
    `table "${table}" holds vectors, and sqlite-vec, without which it cannot be dropped, is not loaded; use sqliteVecSink, once or from now on, or another file`,
    { details: { table } }
  )
}

function foreignError(table: string): Error {
  return coreError(
    "sink-foreign",
    `there is a table "${table}" which this sink did not make; rename one of the two, or use another file`,
    { details: { table } }
  )
}

function alteredError(table: string, exists: boolean): Error {
  return coreError(
    "sink-foreign",
    `table "${table}" ${exists ? "is not as the sink made it" : "is gone"}; ${exists ? `rename or drop it and` : "close and"} open again, its rows come back from the documents`,
    { details: { table } }
  )
}
