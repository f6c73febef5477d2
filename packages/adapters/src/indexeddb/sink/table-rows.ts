import type { CellValue, ColumnLayout, SealedRow, TableLayout } from "@syncline/core"
import { ownBytes } from "../store/stored-bytes.ts"
import { exactText } from "./stored-record.ts"

/** Names of the key columns. */
function keyColumns({ child }: TableLayout): readonly string[] {
  return child ? ["parent_id", "ordinal"] : ["id"]
}

/** The key path of a table's object store: text where there is one key column, as plain `get(id)` wants it. */
export function keyPathOf(table: TableLayout): string | readonly string[] {
  const [id = "id", ordinal] = keyColumns(table)
  return ordinal === undefined ? id : [id, ordinal]
}

/** A row as it is stored: an object with the key columns and the declared ones. */
export function toRow({ table, ordinal, values }: SealedRow, id: string): object {
  const keys = table.child
    ? [["parent_id", id] as const, ["ordinal", ordinal] as const]
    : [["id", id] as const]
  const cells = table.columns.map(({ name }, index) => [name, toCell(values[index] as CellValue)] as const)
  return Object.fromEntries<unknown>([...keys, ...cells])
}

/** A stored row, and whose it is. */
export interface FoundRow {
  readonly id: string
  readonly row: SealedRow
}

/**
 * Takes a row apart as it lies there. What no row of ours has (other properties, values of another kind) becomes a cell
 * too many, which no seal covers.
 */
export function fromRow(table: TableLayout, stored: unknown): FoundRow {
  const row = stored as Readonly<Record<string, unknown>>
  const [idName = "id", ordinalName = ""] = keyColumns(table)
  const values = table.columns.map(({ name }) => (Object.hasOwn(row, name) ? row[name] : undefined))
  const isOurs =
    Object.keys(row).length === values.length + (table.child ? 2 : 1) &&
    (!table.child || Number.isInteger(row[ordinalName])) &&
    table.columns.every((column, index) => isCell(column, values[index]))
  const ordinal = table.child ? Number(row[ordinalName]) : 0
  return {
    id: row[idName] as string,
    row: { table, ordinal, values: isOurs ? values : [...table.columns.map(() => null), exactText(row)] }
  }
}

function toCell(value: CellValue): CellValue {
  if (value instanceof Uint8Array) return ownBytes(value)
  // Sealed, and compared, as the zero it is.
  return value === 0 ? 0 : value
}

function isCell({ kind }: ColumnLayout, value: unknown): boolean {
  if (value === null) return true
  if (kind === "bytes") return value instanceof Uint8Array
  if (kind === "integer" || kind === "boolean" || kind === "real")
    return typeof value === "number" && !Object.is(value, -0)
  return typeof value === "string"
}
