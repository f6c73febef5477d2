import { runSql } from "./raw-connection.ts"

const columns = "id, generation, projection, height, deleted, row_count, digest, seal"

const alsoDisplaced =
  "INSERT INTO syncline_marks SELECT o.id, syncline_round.current FROM syncline_records o, (SELECT coalesce((SELECT round FROM syncline_tracking), 0) AS current) AS syncline_round WHERE o.rowid = NEW.rowid AND NOT EXISTS (SELECT 1 FROM syncline_marks m WHERE m.id = o.id AND m.round = syncline_round.current);"

/** What turns the records of a sink's file into those of format 1, in an order of its own, as they were written then. */
const formerRecordsSql = `
  CREATE TEMP TABLE kept AS SELECT ${columns} FROM syncline_records ORDER BY digest;
  DROP TABLE syncline_records;
  CREATE TABLE syncline_records (id TEXT PRIMARY KEY NOT NULL, generation INTEGER NOT NULL, projection INTEGER NOT NULL, height INTEGER NOT NULL, deleted INTEGER NOT NULL, row_count INTEGER NOT NULL, digest BLOB NOT NULL, seal BLOB NOT NULL) STRICT;
  INSERT INTO syncline_records SELECT * FROM kept;
  UPDATE syncline_sink SET format = 1`

const trigger = (event: string, body: string): string =>
  `CREATE TRIGGER syncline_track_syncline_records_${event.toLowerCase()} BEFORE ${event} ON syncline_records WHEN NOT EXISTS (SELECT 1 FROM syncline_tracking WHERE writing = 1) BEGIN ${body} END`

const mark = (id: string): string =>
  `INSERT INTO syncline_marks SELECT ${id}, syncline_round.current FROM (SELECT coalesce((SELECT round FROM syncline_tracking), 0) AS current) AS syncline_round WHERE ${id} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM syncline_marks m WHERE m.id = ${id} AND m.round = syncline_round.current);`

const triggers: readonly string[] = [
  trigger("INSERT", alsoDisplaced + mark("NEW.id")),
  trigger("UPDATE", alsoDisplaced + mark("OLD.id") + mark("NEW.id")),
  trigger("DELETE", mark("OLD.id"))
]

/** Makes the file of a closed sink one of format 1. */
export function toFormerFormat(path: string, tracking: boolean): Promise<void> {
  return runSql(path, [formerRecordsSql, ...(tracking ? triggers : [])].join(";\n"))
}
