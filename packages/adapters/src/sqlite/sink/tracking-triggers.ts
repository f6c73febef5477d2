import { coreError, type Projection, type TableLayout } from "@syncline/core"
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

// Tables and columns may have any name but those that begin with syncline_: what is read beside them is qualified.
const currentRound =
  "(SELECT coalesce((SELECT round FROM syncline_tracking), 0) AS current) AS syncline_round"

const touched = "UPDATE syncline_tracking SET touched = 1;"

/**
 * All triggers that keep account of what others change, by name.
 *
 * @throws SynclineError `projection-invalid` where two would have one name: one of them would not be there.
 */
export function trackingTriggers({ tables }: Projection): ReadonlyMap<string, TrackingTrigger> {
  const watched = [...tables.map(watchedTable), { name: "syncline_records", key: "id" }]
  const byName = new Map<string, TrackingTrigger>()
  for (const [name, trigger] of [...watched.flatMap(marking), ...touching]) {
    if (byName.has(name.toLowerCase()))
      throw coreError(
        "projection-invalid",
        `table "${trigger.table}" cannot be kept account of: there would be two triggers "${name}"; choose another name for it`
      )
    byName.set(name.toLowerCase(), trigger)
  }
  return byName
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
    const called = triggerName(name, event)
    const sql = `CREATE TRIGGER ${called} BEFORE ${event} ON ${name} WHEN ${byOthers} BEGIN ${body} END`
    return [called, { table: name, sql }]
  }
  // REPLACE takes away the row that is in the way without a word, unless recursive_triggers is on.
  const displaced =
    rowid === undefined
      ? ""
      : `INSERT INTO syncline_marks SELECT o.${key}, syncline_round.current FROM ${name} o, ${currentRound} WHERE o.${rowid} = NEW.${rowid} AND NOT EXISTS (SELECT 1 FROM syncline_marks m WHERE m.id = o.${key} AND m.round = syncline_round.current);`
  return [
    trigger("INSERT", displaced + mark(`NEW.${key}`)),
    trigger("UPDATE", displaced + mark(`OLD.${key}`) + mark(`NEW.${key}`)),
    trigger("DELETE", mark(`OLD.${key}`))
  ]
}

// What has no id yet is refused, and by its own table.
function mark(id: string): string {
  return `INSERT INTO syncline_marks SELECT ${id}, syncline_round.current FROM ${currentRound} WHERE ${id} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM syncline_marks m WHERE m.id = ${id} AND m.round = syncline_round.current);`
}

/** Those that note that somebody changed the account itself. A mark more does no harm. */
const touching: readonly (readonly [string, TrackingTrigger])[] = [
  ...["syncline_leaves", "syncline_tree"].flatMap(table =>
    ["insert", "update", "delete"].map(event => noting(table, event))
  ),
  ...["update", "delete"].map(event => noting("syncline_marks", event)),
  accountTrigger(
    "update",
    `WHEN NEW.touched = 0 AND NOT (OLD.writing = 1 AND NEW.writing = 1) AND (OLD.writing = NEW.writing OR ${facts("OLD")} <> ${facts("NEW")})`
  ),
  // Its row is put there once, before there are triggers: this is another in its place.
  accountTrigger("insert", "")
]

/** What the sink changes only between switching `writing` on and off, each by itself. */
function facts(row: "OLD" | "NEW"): string {
  const columns = ["round", "incident", "accepted", "touched", "schema_seen"]
  return `(${columns.map(column => `${row}.${column}`).join(", ")})`
}

/** On the account's own row: after the change, which would otherwise be written over the note. */
function accountTrigger(event: "update" | "insert", when: string): readonly [string, TrackingTrigger] {
  const table = "syncline_tracking"
  const name = triggerName(table, event)
  const sql = `CREATE TRIGGER ${name} AFTER ${event.toUpperCase()} ON ${table} ${when} BEGIN ${touched} END`
  return [name, { table, sql }]
}

function noting(table: string, event: string): readonly [string, TrackingTrigger] {
  const name = triggerName(table, event)
  const sql = `CREATE TRIGGER ${name} BEFORE ${event.toUpperCase()} ON ${table} WHEN ${byOthers} BEGIN ${touched} END`
  return [name, { table, sql }]
}

/** With the whole name of a table, so that no other table, whatever it is called, has the same. */
function triggerName(table: string, event: string): string {
  return `syncline_track_${table}_${event.toLowerCase()}`
}
