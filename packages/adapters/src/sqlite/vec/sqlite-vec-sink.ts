import {
  coreError,
  type PartDefinition,
  type Projection,
  type Sink,
  type TableDefinition
} from "@syncline/core"
import type { SqliteConnection } from "../driver/sqlite-driver.ts"
import { vectorTable } from "../sink/table-sql.ts"
import { projectionOf, sinkOver, type SqliteSinkOptions } from "../sink/sqlite-sink.ts"

/** What a SQLite sink with vectors may be told. */
export interface SqliteVecSinkOptions extends Omit<SqliteSinkOptions, "tables" | "tracking"> {
  /** Tables, with vectors (`vectors` of `@syncline/core/vectors`) and without. */
  readonly tables: readonly (TableDefinition | PartDefinition)[]
}

/**
 * A sink in a SQLite file with vectors, through better-sqlite3 and sqlite-vec: as `sqliteSink`, and beside each table with vectors another one,
 * `<table>_vectors`, written in the same transaction. Search is exact: it looks at all vectors of the rows that fulfil the conditions,
 * about a millisecond for 1,500 vectors of 384 dimensions. From some tens of thousands of them on, an index that is not exact pays.
 *
 * @throws SynclineError `projection-invalid` for a bad declaration, and for the distance `dot`, which sqlite-vec does not have.
 */
export function sqliteVecSink(path: string, options: SqliteVecSinkOptions): Sink {
  const projection = projectionOf(options.tables, options)
  mustBeSupported(projection)
  if ("tracking" in options)
    throw coreError(
      "options-invalid",
      "sqliteVecSink keeps no account of changes: SQLite has no triggers on the tables of sqlite-vec; verify in full"
    )
  return sinkOver(path, projection, options, loadVec)
}

function mustBeSupported({ tables }: Projection): void {
  const dot = tables.find(({ vector }) => vector?.distance === "dot")
  if (dot !== undefined)
    throw coreError(
      "projection-invalid",
      `table "${dot.name}": sqlite-vec has no dot product; use cosine, which orders vectors of length 1 the same way`
    )
  for (const table of tables.filter(({ vector }) => vector !== undefined)) {
    const taken = vectorTable(table).toLowerCase()
    const other = tables.find(({ name }) => `${name.toLowerCase()}_`.startsWith(`${taken}_`))
    if (other !== undefined)
      throw coreError(
        "projection-invalid",
        `table "${other.name}" has a name that sqlite-vec needs beside "${table.name}"; choose one that does not begin with ${taken}`
      )
  }
}

async function loadVec(name = "sqlite-vec"): Promise<(connection: SqliteConnection) => void> {
  try {
    // By a variable, for the types of sqlite-vec are not among our dependencies.
    const { load } = (await import(name)) as { readonly load: (connection: SqliteConnection) => void }
    return load
  } catch (cause) {
    throw coreError("sink-failed", "sqlite-vec does not load; install it with: npm install sqlite-vec@0.1", {
      cause
    })
  }
}
