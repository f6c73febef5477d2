import { coreError, type Projection } from "@syncline/core"
import type { SqliteConnection } from "../driver/sqlite-driver.ts"
import { prepareExact } from "./raw-statement.ts"
import { formerRecords, renewRecords } from "./renew-records.ts"
import { createTableSql, createVectorTableSql, vectorTable } from "./table-sql.ts"

/** Version of the bookkeeping below; raised together with a migration. Format 1 had `formerRecords`. */
const format = 2

const createLease =
  "CREATE TABLE syncline_lease (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), holder TEXT NOT NULL, epoch TEXT NOT NULL, fence INTEGER NOT NULL, until_ms INTEGER NOT NULL) STRICT"

// Records lie in the order of their ids, in which verification reads them.
const createRecords = `${formerRecords}, WITHOUT ROWID`

const bookkeeping: Readonly<Record<string, string>> = {
  syncline_sink:
    "CREATE TABLE syncline_sink (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), format INTEGER NOT NULL, name TEXT NOT NULL, generation INTEGER NOT NULL, projection INTEGER NOT NULL, hash TEXT NOT NULL, tables TEXT NOT NULL) STRICT",
  syncline_watermarks:
    "CREATE TABLE syncline_watermarks (epoch TEXT PRIMARY KEY NOT NULL, position INTEGER NOT NULL, log_hash BLOB) STRICT, WITHOUT ROWID",
  syncline_lease: createLease,
  syncline_records: createRecords
}

const formerBookkeeping: typeof bookkeeping = { ...bookkeeping, syncline_records: formerRecords }

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

/** What opening made of the sink's tables. */
export interface PreparedSchema {
  readonly facts: SinkFacts
  /** Whether its records were brought here from format 1. */
  readonly renewed: boolean
}

type TableSql = Readonly<Record<string, readonly string[]>>

/**
 * Creates the sink's tables, or brings them to this projection. Runs in a transaction; nothing stays changed when it
 * throws.
 *
 * A changed mapping raises the projection version and rewinds all watermarks. Tables that were declared otherwise before
 * are dropped and made anew (their rows come back with the documents), tables no longer declared are dropped; tables
 * the sink did not make are never touched. Bookkeeping of an older format is brought to this one.
 *
 * @param mayChange asked before anything of a sink that is there changes, with whether its tables or its mapping will; throws where they must not.
 * @throws SynclineError `sink-foreign`, `store-newer`.
 */
export function prepareSchema(
  connection: SqliteConnection,
  name: string,
  projection: Projection,
  mayChange: (alters: boolean) => void
): PreparedSchema {
  const wanted = tablesOf(projection)
  const tables = JSON.stringify(wanted)
  const present = readSchema(connection)
  if (present.has("syncline_sink") && !present.has("syncline_lease")) {
    // Made before there were leases.
    connection.exec(createLease)
    present.set("syncline_lease", createLease)
  }
  const row = present.has("syncline_sink") ? readSinkRow(connection, name, present) : undefined
  const isFormer = present.get("syncline_records") === formerRecords
  const isEmptied = row === undefined && Object.keys(bookkeeping).some(table => present.has(table))
  if (row !== undefined) {
    const isGone = Object.keys(wanted).some(table => !present.has(table.toLowerCase()))
    mayChange(isGone || isFormer || row.tables !== tables || row.hash !== projection.hash)
  } else if (present.has("syncline_lease")) mayChange(true)
  const emptied = isEmptied ? ownWhenEmptied(connection, present, projection) : {}
  if (isFormer) renewRecords(connection, createRecords)
  if (row !== undefined && isFormer) connection.prepare("UPDATE syncline_sink SET format = ?").run(format)
  const owned = row === undefined ? emptied : (JSON.parse(row.tables) as TableSql)
  const kept = replaceTables(connection, present, owned, wanted)
  removeStrayVectors(connection, projection)
  const facts =
    row === undefined
      ? begin(connection, present, [format, name, projection.hash, tables])
      : kept && row.hash === projection.hash
        ? row
        : remap(connection, row, [projection.hash, tables])
  return { facts, renewed: isFormer }
}

/** Another mapping: everything is projected anew. */
function remap(
  connection: SqliteConnection,
  row: SinkRow,
  mapping: readonly [hash: string, tables: string]
): SinkFacts {
  connection
    .prepare("UPDATE syncline_sink SET projection = projection + 1, hash = ?, tables = ?")
    .run(...mapping)
  connection.exec("UPDATE syncline_watermarks SET position = 0, log_hash = NULL")
  return { generation: row.generation, projection: row.projection + 1 }
}

function begin(
  connection: SqliteConnection,
  present: ReadonlyMap<string, string | null>,
  facts: readonly (string | number)[]
): SinkFacts {
  for (const [table, sql] of Object.entries(bookkeeping)) if (!present.has(table)) connection.exec(sql)
  // What is left there would claim records that are not.
  connection.exec("DELETE FROM syncline_watermarks")
  connection.prepare("INSERT INTO syncline_sink VALUES (1, ?, ?, 1, 1, ?, ?)").run(...facts)
  return { generation: 1, projection: 1 }
}

/**
 * Checks that all tables are there: opening makes those that are not, and their rows come back.
 *
 * @throws SynclineError `sink-fenced` naming the first that is gone.
 */
export function mustHaveTables(connection: SqliteConnection, projection: Projection): void {
  const present = readSchema(connection)
  const gone = Object.keys(madeTables(projection)).find(table => !present.has(table.toLowerCase()))
  if (gone === undefined) return
  throw coreError(
    "sink-fenced",
    `table "${gone}" is gone; the sink is opened anew, which makes it where its rows can come back from the documents`,
    { details: { table: gone } }
  )
}

/**
 * Checks that all tables are still as the sink made them.
 *
 * @throws SynclineError `sink-foreign` naming the first that is not.
 */
export function checkTables(connection: SqliteConnection, projection: Projection): void {
  const present = readSchema(connection)
  for (const [table, sql] of Object.entries(madeTables(projection)))
    if (present.get(table.toLowerCase()) !== sql) throw alteredError(table)
}

/** Every table that a sink writes to, its account of changes left out: its own triggers see to that. */
export function writtenTables(projection: Projection): readonly string[] {
  return [...projection.tables.map(({ name }) => name), ...Object.keys(bookkeeping)]
}

/** The statement that makes each table, those of the sink itself included. */
function madeTables(projection: Projection): Readonly<Record<string, string | undefined>> {
  const declared = Object.entries(tablesOf(projection)).map(([table, [sql]]) => [table, sql] as const)
  return { ...bookkeeping, ...Object.fromEntries(declared) }
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
): SinkRow | undefined {
  const columns = connection.prepare("SELECT name FROM pragma_table_info('syncline_sink')").all()
  if (!(columns as { name: string }[]).some(column => column.name === "format"))
    throw alteredError("syncline_sink")
  const row = connection.prepare("SELECT * FROM syncline_sink").get() as SinkRow | undefined
  if (row !== undefined && row.format > format)
    throw coreError(
      "store-newer",
      `the sink's tables have format ${row.format} and this Syncline knows up to ${format}; upgrade Syncline`
    )
  if (row === undefined) return undefined
  mustBeWhole(present, row.format === 1 ? formerBookkeeping : bookkeeping)
  if (row.name !== name)
    throw coreError(
      "sink-foreign",
      `the file holds the tables of sink "${row.name}", not of "${name}"; give one of them a file of its own`
    )
  return row
}

/** @throws SynclineError `sink-foreign` where bookkeeping is missing, or not as the sink made it. */
function mustBeWhole(present: ReadonlyMap<string, string | null>, made: typeof bookkeeping): void {
  for (const [table, sql] of Object.entries(made)) {
    if (!present.has(table)) throw unknownError("syncline_sink")
    if (present.get(table) !== sql) throw alteredError(table)
  }
}

/**
 * Tables that are the sink's though nothing says so any more: an application cleared all tables of the file. Those that look exactly as the sink makes them, and hold
 * nothing.
 *
 * @throws SynclineError `sink-foreign` where records are left.
 */
function ownWhenEmptied(
  connection: SqliteConnection,
  present: ReadonlyMap<string, string | null>,
  projection: Projection
): TableSql {
  const isEmpty = (table: string): boolean =>
    connection.prepare(`SELECT 1 FROM ${table} LIMIT 1`).get() === undefined
  const isFormer = present.get("syncline_records") === formerRecords
  for (const [table, sql] of Object.entries(isFormer ? formerBookkeeping : bookkeeping))
    if (present.has(table) && present.get(table) !== sql) throw alteredError(table)
  if (present.has("syncline_records") && !isEmpty("syncline_records")) throw unknownError("syncline_records")
  const left = projection.tables.find(({ name }) => present.has(name.toLowerCase()) && !isEmpty(name))
  if (left !== undefined) throw unknownError(left.name)
  // Vectors that are left have no rows, and are taken away with them.
  const own = Object.entries(tablesOf(projection)).filter(
    ([table, [sql]]) => present.get(table.toLowerCase()) === sql
  )
  return Object.fromEntries(own)
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
    if (found !== undefined && found !== sql) throw alteredError(table)
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

function alteredError(table: string): Error {
  return coreError(
    "sink-foreign",
    `table "${table}" is not as the sink made it; rename or drop it and open again, its rows come back from the documents`,
    { details: { table } }
  )
}

/** Without what it keeps of itself, the sink does not know which rows are its own. */
function unknownError(table: string): Error {
  return coreError(
    "sink-foreign",
    `the sink's bookkeeping is gone or in part, and "${table}" is left; drop what is left of its tables, or use another file, and its rows come back from the documents`,
    { details: { table } }
  )
}
