import { coreError } from "../errors/core-error.ts"
import { nameProblem } from "./safe-name.ts"
import type { TableLayout } from "./table-layout.ts"

/** Key columns, and names SQLite gives its hidden row number. */
const ownColumns = ["id", "rowid", "oid", "_rowid_"]
const childColumns = ["parent_id", "ordinal", "rowid", "oid", "_rowid_"]

/** What sinks tell rows with vectors apart by. */
const vectorColumns = [...childColumns, "vector_id"]

/**
 * Checks the tables of a projection as a whole.
 *
 * @throws SynclineError `projection-invalid`.
 */
export function checkTables(tables: readonly TableLayout[]): void {
  if (tables.length === 0)
    throw invalid("it declares no table; leave it out to get the table of all documents")
  checkNames(
    "table",
    tables.map(({ name }) => name),
    []
  )
  for (const { name, collection, child, columns, vector } of tables) {
    if (collection !== undefined && (collection === "" || collection.includes("/")))
      throw invalid(
        `table "${name}" names "${collection}", which cannot be a collection; give the part before "/"`
      )
    if (columns.length === 0) throw invalid(`table "${name}" has no columns; declare at least one`)
    checkNames(
      `column of table "${name}"`,
      columns.map(each => each.name),
      vector === undefined ? (child ? childColumns : ownColumns) : vectorColumns
    )
  }
}

function checkNames(what: string, names: readonly string[], taken: readonly string[]): void {
  const seen = new Set(taken)
  for (const name of names) {
    const problem = nameProblem(name)
    if (problem !== undefined) throw invalid(`${what} "${name}" ${problem}; choose another name`)
    if (seen.has(name.toLowerCase()))
      throw invalid(`${what} "${name}" is there twice or has the name of a key column; choose another name`)
    seen.add(name.toLowerCase())
  }
}

function invalid(why: string): Error {
  return coreError("projection-invalid", `the projection is not valid: ${why}`)
}
