import { coreError } from "@syncline/core"
import type { SourceRow } from "@syncline/core/migration"
import { loadSqliteDriver, type SqliteStatement } from "../driver/sqlite-driver.ts"

/** How to read rows. */
export interface SqliteRowsOptions {
  /** Of the query, in place of its `?`. */
  readonly parameters?: readonly (string | number | null)[]
}

/** Statements of better-sqlite3 say integers exactly where asked to. */
interface ExactStatement extends SqliteStatement {
  safeIntegers(on: boolean): ExactStatement
}

/**
 * The rows of a query on a SQLite file, which is opened for reading only: for `importRows`. Columns become keys; integers that JavaScript
 * cannot hold exactly and blobs stay what they are (`bigint`, `Uint8Array`), which no document takes: say in `value` what becomes of them.
 * One row is in memory at a time; order by a key, so that lines mean the same each time.
 *
 * @throws SynclineError `store-failed` for a file or a query that does not work
 */
export async function* sqliteRows(
  path: string,
  query: string,
  options: SqliteRowsOptions = {}
): AsyncIterable<SourceRow> {
  const Driver = await loadSqliteDriver()
  const reading = failing(path)
  const connection = reading(() => new Driver(path, { readonly: true, fileMustExist: true }))
  try {
    const rows = reading(() =>
      (connection.prepare(query) as ExactStatement).safeIntegers(true).iterate(...(options.parameters ?? []))
    )
    for (let line = 1; ; line++) {
      const next = reading(() => rows.next())
      if (next.done === true) return
      yield { line, row: plain(next.value as Readonly<Record<string, unknown>>) }
    }
  } finally {
    connection.close()
  }
}

function plain(row: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, exactNumber(value)]))
}

function exactNumber(value: unknown): unknown {
  return typeof value === "bigint" && Number.isSafeInteger(Number(value)) ? Number(value) : value
}

function failing(path: string): <T>(action: () => T) => T {
  return action => {
    try {
      return action()
    } catch (cause) {
      throw coreError(
        "store-failed",
        `reading rows of ${path} failed: ${String(cause)}; check file and query`,
        {
          cause
        }
      )
    }
  }
}
