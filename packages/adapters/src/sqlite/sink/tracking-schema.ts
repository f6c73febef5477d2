import { coreError, type Projection } from "@syncline/core"
import type { SqliteConnection } from "../driver/sqlite-driver.ts"
import { trackingTriggers, watchedTables } from "./tracking-triggers.ts"

/** What a sink keeps account of changes in; `former` is the leaf before the last write. */
const trackingTables: Readonly<Record<string, string>> = {
  syncline_tracking:
    "CREATE TABLE syncline_tracking (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), writing INTEGER NOT NULL CHECK (writing IN (0, 1)), round INTEGER NOT NULL, incident INTEGER NOT NULL, accepted INTEGER NOT NULL, touched INTEGER NOT NULL, schema_seen INTEGER NOT NULL) STRICT",
  syncline_marks:
    "CREATE TABLE syncline_marks (id TEXT NOT NULL, round INTEGER NOT NULL, PRIMARY KEY (id, round)) STRICT, WITHOUT ROWID",
  syncline_leaves:
    "CREATE TABLE syncline_leaves (bucket TEXT NOT NULL, id TEXT NOT NULL, leaf BLOB NOT NULL, former BLOB, PRIMARY KEY (bucket, id)) STRICT, WITHOUT ROWID",
  syncline_tree:
    "CREATE TABLE syncline_tree (path TEXT PRIMARY KEY NOT NULL, count INTEGER NOT NULL, sum BLOB NOT NULL) STRICT, WITHOUT ROWID"
}

interface SchemaRow {
  readonly type: string
  readonly name: string
  readonly table: string
  readonly sql: string | null
}

/** What is there of the account, and of what others put beside it. */
export interface TrackingSchema {
  /** Whether all its tables are there as they should be; `none`: there is nothing of it. */
  readonly tables: "none" | "whole" | "broken"
  /** SQLite's count of changes of the schema. */
  readonly version: number
  /** Triggers on tables that are there which are missing, or not as they should be. */
  readonly broken: readonly string[]
  /** Whether the application has triggers on tables of documents: they may change more than the sink writes. */
  readonly hasForeignTriggers: boolean
  /** Something by which changes go by unnoticed as long as it is there. */
  readonly loophole?: string
}

/** Looks at what is there. */
export function readTrackingSchema(connection: SqliteConnection, projection: Projection): TrackingSchema {
  const rows = connection
    .prepare("SELECT type, name, lower(tbl_name) AS 'table', sql FROM sqlite_schema")
    .all() as SchemaRow[]
  const present = new Map(rows.map(row => [row.name.toLowerCase(), row]))
  const wanted = Object.entries(trackingTables)
  const found = wanted.filter(([name]) => present.has(name))
  const whole = found.filter(([name, sql]) => present.get(name)?.sql === sql)
  const expected = trackingTriggers(projection)
  const broken = [...expected].filter(
    ([name, { table, sql }]) => present.has(table.toLowerCase()) && present.get(name)?.sql !== sql
  )
  const triggers = rows.filter(({ type }) => type === "trigger")
  const foreign = triggers.filter(({ name }) => !expected.has(name.toLowerCase()))
  const reached = reachedByWrites(connection, foreign)
  const watched = watchedTables(projection)
  const loophole =
    triggerOfAccount(reached) ?? uniqueIndexOn(connection, [...watched, ...Object.keys(trackingTables)])
  const isNone = found.length === 0 && !triggers.some(({ name }) => isTrackingTrigger(name))
  return {
    tables: isNone ? "none" : whole.length === wanted.length ? "whole" : "broken",
    version: schemaVersion(connection),
    broken: broken.map(([name]) => name),
    hasForeignTriggers: watched.some(name => reached.has(name.toLowerCase())),
    ...(loophole === undefined ? {} : { loophole })
  }
}

/**
 * The tables of which a change may set off triggers of the application's: those that have one, and, as a foreign key's action changes other tables in turn, those that
 * a foreign key names, if there is any trigger at all. By name, with what sets it off.
 */
function reachedByWrites(
  connection: SqliteConnection,
  triggers: readonly SchemaRow[]
): ReadonlyMap<string, string> {
  if (triggers.length === 0) return new Map()
  const references = connection
    .prepare(
      `SELECT lower(f."table") AS 'table', 'a foreign key of "' || s.name || '"' AS what
         FROM sqlite_schema s, pragma_foreign_key_list(s.name) f WHERE s.type = 'table'`
    )
    .all() as { readonly table: string; readonly what: string }[]
  return new Map([
    ...references.map(({ table, what }) => [table, what] as const),
    ...triggers.map(({ table, name }) => [table, `a trigger "${name}"`] as const)
  ])
}

/** They fire within what only the sink itself does, when nobody's changes are marked. */
function triggerOfAccount(reached: ReadonlyMap<string, string>): string | undefined {
  const table = Object.keys(trackingTables).find(name => reached.has(name))
  return table === undefined ? undefined : `there is ${reached.get(table)} on ${table}`
}

/** Makes the triggers that are missing, on tables that are there, and those anew that are not as they should be. */
export function makeTriggers(
  connection: SqliteConnection,
  projection: Projection,
  broken: readonly string[]
): void {
  const expected = trackingTriggers(projection)
  for (const name of broken) {
    connection.exec(`DROP TRIGGER IF EXISTS ${name}`)
    connection.exec(expected.get(name)?.sql ?? "")
  }
}

/** Makes the tables, empty; whatever is there of them goes. */
export function makeTables(connection: SqliteConnection): void {
  for (const [name, sql] of Object.entries(trackingTables)) {
    connection.exec(`DROP TABLE IF EXISTS ${name}`)
    connection.exec(sql)
  }
  connection.exec("INSERT INTO syncline_tracking VALUES (1, 0, 1, 0, 0, 0, 0)")
}

/** Takes away everything that keeps account, if there is anything. */
export function removeTracking(connection: SqliteConnection): void {
  const triggers = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all()
  for (const { name } of triggers as { readonly name: string }[])
    if (isTrackingTrigger(name)) connection.exec(`DROP TRIGGER "${name}"`)
  for (const name of Object.keys(trackingTables)) connection.exec(`DROP TABLE IF EXISTS ${name}`)
}

function isTrackingTrigger(name: string): boolean {
  return name.toLowerCase().startsWith("syncline_track_")
}

/** What a session gets whose account somebody took away. Opened anew, the sink makes it anew. */
export function accountGone(): Error {
  return coreError(
    "sink-fenced",
    "that in which the sink keeps account of changes is gone or altered; open the sink anew, it is then made anew"
  )
}

/** SQLite's count of changes of the schema: of all that was made, altered or dropped in the file, and of each VACUUM. What is rolled back does not count. */
export function schemaVersion(connection: SqliteConnection): number {
  return connection.pragma("schema_version", { simple: true }) as number
}

/** REPLACE takes away the row that such an index says is in the way, and no trigger hears of it; IGNORE makes no mark that is in the way of another. */
function uniqueIndexOn(connection: SqliteConnection, tables: readonly string[]): string | undefined {
  const indexes = connection.prepare(
    `SELECT name FROM pragma_index_list(?) WHERE "unique" = 1 AND origin = 'c'`
  )
  for (const table of tables) {
    const [index] = indexes.all(table) as { readonly name: string }[]
    if (index !== undefined)
      return `with the unique index "${index.name}" on ${table}, REPLACE or IGNORE may leave changes unnoticed`
  }
  return undefined
}
