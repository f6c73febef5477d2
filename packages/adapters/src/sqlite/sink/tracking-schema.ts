import { coreError, type Projection } from "@syncline/core"
import type { SqliteConnection } from "../driver/sqlite-driver.ts"
import { trackingTriggers, watchedTables } from "./tracking-triggers.ts"

/** What a sink keeps account of changes in; `former` is the leaf before the last write. */
const trackingTables: Readonly<Record<string, string>> = {
  syncline_tracking:
    "CREATE TABLE syncline_tracking (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), writing INTEGER NOT NULL, round INTEGER NOT NULL, incident INTEGER NOT NULL, accepted INTEGER NOT NULL, touched INTEGER NOT NULL) STRICT",
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
    ([name, { table, sql }]) =>
      present.has(table.toLowerCase()) && present.get(name.toLowerCase())?.sql !== sql
  )
  const names = new Set([...expected.keys()].map(name => name.toLowerCase()))
  const foreign = rows.filter(({ type, name }) => type === "trigger" && !names.has(name.toLowerCase()))
  const ofAccount = foreign.find(({ table }) => table in trackingTables)
  const watched = watchedTables(projection)
  const isWatched = new Set(watched.map(name => name.toLowerCase()))
  const loophole =
    ofAccount === undefined
      ? uniqueIndexOn(connection, watched)
      : `there is a trigger "${ofAccount.name}" on ${ofAccount.table}`
  return {
    tables: found.length === 0 ? "none" : whole.length === wanted.length ? "whole" : "broken",
    broken: broken.map(([name]) => name),
    hasForeignTriggers: foreign.some(({ table }) => isWatched.has(table)),
    ...(loophole === undefined ? {} : { loophole })
  }
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
  connection.exec("INSERT INTO syncline_tracking VALUES (1, 0, 1, 0, 0, 0)")
}

/** Takes away everything that keeps account, if there is anything. */
export function removeTracking(connection: SqliteConnection): void {
  const triggers = connection
    .prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'syncline\\_track\\_%' ESCAPE '\\'"
    )
    .all() as { readonly name: string }[]
  for (const { name } of triggers) connection.exec(`DROP TRIGGER "${name}"`)
  for (const name of Object.keys(trackingTables)) connection.exec(`DROP TABLE IF EXISTS ${name}`)
}

/**
 * Checks that the tables of an account that is being kept are still there.
 *
 * @throws SynclineError `sink-foreign`
 */
export function mustBeWhole({ tables }: TrackingSchema): void {
  if (tables !== "whole")
    throw coreError(
      "sink-foreign",
      "the tables in which the sink keeps account of changes are gone or altered; close and open again, they are made anew"
    )
}

/** REPLACE takes away the row that such an index says is in the way, and no trigger hears of it. */
function uniqueIndexOn(connection: SqliteConnection, tables: readonly string[]): string | undefined {
  const indexes = connection.prepare(
    `SELECT name FROM pragma_index_list(?) WHERE "unique" = 1 AND origin = 'c'`
  )
  for (const table of tables) {
    const [index] = indexes.all(table) as { readonly name: string }[]
    if (index !== undefined)
      return `with the unique index "${index.name}" on ${table}, REPLACE takes away rows unnoticed`
  }
  return undefined
}
