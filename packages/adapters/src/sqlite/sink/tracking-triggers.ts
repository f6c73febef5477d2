import type { Projection, TableLayout } from "@syncline/core"
import { keyColumns } from "./table-sql.ts"

// An application's write must not fail because of these, whatever it says of conflicts (that goes for what its triggers do, too:
// https://sqlite.org/lang_createtrigger.html): so nothing here can conflict. Only what SQLite has built in is used, for any program may write.

/** A table of which each row belongs to a document or record. */
interface WatchedTable {
  readonly name: string
  /** The column with the document's id. */
  readonly key: string
  /** A name of the hidden key of its rows, by which a row can be replaced by one of another id; absent: there is none. */
  readonly rowid?: string
}

/** A trigger as it should be. */
export interface TrackingTrigger {
  readonly table: string
  readonly sql: string
}

/** While the sink itself writes, one row says so, in its transaction: nobody else ever sees it. */
const byOthers = "NOT EXISTS (SELECT 1 FROM syncline_tracking WHERE writing = 1)"

const currentRound = "(SELECT coalesce((SELECT round FROM syncline_tracking), 0) AS current)"

const touched = "UPDATE syncline_tracking SET touched = 1;"

/** All triggers that keep account of what others change, by name. */
export function trackingTriggers({ tables }: Projection): ReadonlyMap<string, TrackingTrigger> {
  const watched = [...tables.map(watchedTable), { name: "syncline_records", key: "id", rowid: "rowid" }]
  return new Map([...watched.flatMap(marking), ...touching])
}

/** The tables that hold content and records. */
export function watchedTables({ tables }: Projection): readonly string[] {
  return [...tables.map(({ name }) => name), "syncline_records"]
}

function watchedTable(table: TableLayout): WatchedTable {
  const [key = "id"] = keyColumns(table)
  if (table.child) return { name: table.name, key }
  const columns = new Set(table.columns.map(({ name }) => name.toLowerCase()))
  // A column may have one of these names, and then means that column.
  const rowid = ["rowid", "_rowid_", "oid"].find(name => !columns.has(name))
  return { name: table.name, key, ...(rowid === undefined ? {} : { rowid }) }
}

/**
 * Those that mark the id of each row that changes, before and after the change. They fire before it: a trigger of the application's that fires after it may end the
 * statement (RAISE(IGNORE), RAISE(FAIL), a conflict under OR FAIL), and the change stays, without what would have followed. A mark too many does no harm.
 */
function marking({ name, key, rowid }: WatchedTable): readonly (readonly [string, TrackingTrigger])[] {
  const trigger = (event: string, body: string): readonly [string, TrackingTrigger] => {
    const called = `syncline_track_${name}_${event.toLowerCase()}`
    const sql = `CREATE TRIGGER ${called} BEFORE ${event} ON ${name} WHEN ${byOthers} BEGIN ${body} END`
    return [called, { table: name, sql }]
  }
  // REPLACE takes away the row that is in the way without a word, unless recursive_triggers is on.
  const displaced =
    rowid === undefined
      ? ""
      : `INSERT INTO syncline_marks SELECT o.${key}, current FROM ${name} o, ${currentRound} WHERE o.${rowid} = NEW.${rowid} AND NOT EXISTS (SELECT 1 FROM syncline_marks m WHERE m.id = o.${key} AND m.round = current);`
  return [
    trigger("INSERT", displaced + mark(`NEW.${key}`)),
    trigger("UPDATE", displaced + mark(`OLD.${key}`) + mark(`NEW.${key}`)),
    trigger("DELETE", mark(`OLD.${key}`))
  ]
}

// What has no id yet is refused, and by its own table.
function mark(id: string): string {
  return `INSERT INTO syncline_marks SELECT ${id}, current FROM ${currentRound} WHERE ${id} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM syncline_marks m WHERE m.id = ${id} AND m.round = current);`
}

/** Those that note that somebody changed the account itself. A mark more does no harm. */
const touching: readonly (readonly [string, TrackingTrigger])[] = [
  ...["syncline_leaves", "syncline_tree"].flatMap(table =>
    ["insert", "update", "delete"].map(event => noting(table, event))
  ),
  ...["update", "delete"].map(event => noting("syncline_marks", event)),
  [
    "syncline_track_tracking",
    {
      table: "syncline_tracking",
      sql: `CREATE TRIGGER syncline_track_tracking AFTER UPDATE ON syncline_tracking WHEN OLD.writing = 0 AND NEW.writing = 0 AND NEW.touched = 0 BEGIN ${touched} END`
    }
  ],
  // Its row is put there once, before there are triggers: this is another in its place.
  [
    "syncline_track_tracking_insert",
    {
      table: "syncline_tracking",
      sql: `CREATE TRIGGER syncline_track_tracking_insert AFTER INSERT ON syncline_tracking BEGIN ${touched} END`
    }
  ]
]

function noting(table: string, event: string): readonly [string, TrackingTrigger] {
  const name = `syncline_track_${table}_${event}`
  const sql = `CREATE TRIGGER ${name} BEFORE ${event.toUpperCase()} ON ${table} WHEN ${byOthers} BEGIN ${touched} END`
  return [name, { table, sql }]
}
