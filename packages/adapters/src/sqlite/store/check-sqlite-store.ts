import type { IntegrityProblem } from "@syncline/core"
import type { SqliteConnection } from "../driver/sqlite-driver.ts"
import { checkRows } from "./check-rows.ts"
import { storeTables } from "./store-schema.ts"

/** SQLite reports at most so many findings a table; more do not change what is to be done. */
const maxBackendFindings = 20

/**
 * Checks a store in steps, each giving what it found: SQLite's own check of our tables and their indexes first (one step
 * a table), then every row against the rows it must agree with. Reads only; appends may go on between steps.
 */
export function* checkSqliteStore(connection: SqliteConnection): IterableIterator<IntegrityProblem[]> {
  let damaged = false
  for (const table of storeTables) {
    const found = backendProblems(connection, table)
    damaged ||= found.length > 0
    yield found
  }
  // Where the b-trees are broken, rows cannot be read reliably: what they would be accused of may be wrong.
  if (damaged) return
  yield* checkRows(connection)
}

function backendProblems(connection: SqliteConnection, table: string): IntegrityProblem[] {
  const rows = connection.pragma(`integrity_check(${table})`) as { readonly integrity_check: string }[]
  return rows
    .map(row => row.integrity_check)
    .filter(message => message !== "ok")
    .slice(0, maxBackendFindings)
    .map(message => ({ what: "backend", message: `${table}: ${message}` }))
}
