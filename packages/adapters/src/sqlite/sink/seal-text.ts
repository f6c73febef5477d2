import { type ColumnLayout, realText, type TableLayout } from "@syncline/core"
import type { RawRow } from "./raw-statement.ts"
import { keyColumns } from "./table-sql.ts"

// Here SQLite makes the texts that `Sealer` describes, so that a row crosses into JavaScript as one string instead of
// cell by cell. A test compares both for random rows.

/** The text of a record's bookkeeping. */
export const recordText: string =
  "generation || ',' || projection || ',' || height || ',' || deleted || ',' || row_count || ';' || hex(digest) || id || ':' || octet_length(id)"

/** Selects, of a table's rows, the text of all cells but the real ones, the real ones, the ordinal, and the id. */
export function rowTextColumns(table: TableLayout): readonly string[] {
  const [id = "id", ordinal = "0"] = keyColumns(table)
  const plain = table.columns.filter(({ kind }) => kind !== "real")
  const text = [...plain.map(cellSql), "'|'", ...plain.map(kindSql), "'|'"].join(" || ")
  return [text, ...realColumns(table), ordinal, id]
}

/** Completes the text of a row selected by `rowTextColumns`; the id is taken off already. */
export function completeRowText(table: TableLayout, row: RawRow): string {
  const ordinal = row[row.length - 1] as number
  if (row.length === 2) return `${row[0] as string}|${ordinal}|${table.name})`
  const reals = row.slice(1, -1).map(cell => `${realText(cell)},`)
  return `${row[0] as string}${reals.join("")}|${ordinal}|${table.name})`
}

function realColumns({ columns }: TableLayout): readonly string[] {
  return columns.filter(({ kind }) => kind === "real").map(({ name }) => name)
}

function cellSql({ name, kind }: ColumnLayout): string {
  return kind === "bytes" ? `hex(${name})` : `coalesce(${name}, '')`
}

function kindSql({ name, kind }: ColumnLayout): string {
  if (kind === "bytes") return `coalesce('b' || (2 * octet_length(${name})), 'n')`
  const letter = kind === "integer" || kind === "boolean" ? "d" : "t"
  return `coalesce('${letter}' || octet_length(${name}), 'n')`
}
