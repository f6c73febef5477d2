import type { JsonValue } from "../document/json.ts"
import type { ColumnKind } from "../projection/column.ts"
import type { CellValue, TableRows } from "../projection/projected-content.ts"
import type { SinkContent } from "../projection/sink.ts"

/** A row of one table, with its place. */
export interface PlacedRow {
  readonly ordinal: number
  readonly cells: readonly unknown[]
}

/** The rows a record has in one table, by ordinal. Numbers are numbers where they fit: some backends give every integer as a bigint. */
export function rowsFound({ rows }: SinkContent, table: string): readonly PlacedRow[] {
  return rows
    .filter(row => row.table.name === table)
    .map(({ ordinal, values }) => ({ ordinal: Number(ordinal), cells: values.map(plainNumber) }))
    .sort((a, b) => a.ordinal - b.ordinal)
}

/** The rows that a projection gives in one table. */
export function rowsExpected(tables: readonly TableRows[], table: number): readonly PlacedRow[] {
  const rows = tables.find(each => each.table === table)?.rows ?? []
  return rows.map((cells, ordinal) => ({ ordinal, cells }))
}

/** Whether two cells hold the same. */
export function equalCells(a: unknown, b: unknown): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array)
    return a.length === b.length && a.every((byte, at) => byte === b[at])
  return a === b
}

/**
 * The value that a column of this kind would make a cell of. `NULL` is `null` here.
 *
 * @returns `undefined` for a cell that holds what no value gives: of another type, broken JSON, no time.
 */
export function valueOfCell(
  kind: ColumnKind,
  cell: unknown,
  before: JsonValue | undefined
): JsonValue | undefined {
  if (cell === null) return null
  switch (kind) {
    case "text":
      return typeof cell === "string" ? cell : undefined
    case "integer":
      return Number.isSafeInteger(cell) ? (cell as number) : undefined
    case "real":
      return Number.isFinite(cell) ? (cell as number) : undefined
    case "boolean":
      return cell === 0 || cell === 1 ? cell === 1 : undefined
    case "json":
      return parsed(cell)
    case "timestamp":
      return typeof before === "string" ? undefined : timeOf(cell)
    case "bytes":
      // No JSON value is bytes.
      return undefined
  }
}

/** A cell as plain data, for people and for the store. */
export function cellToJson(cell: unknown): JsonValue {
  if (cell instanceof Uint8Array)
    return { bytes: Array.from(cell, byte => byte.toString(16).padStart(2, "0")).join("") }
  if (typeof cell === "bigint") return { integer: String(cell) }
  return (cell ?? null) as Exclude<CellValue, Uint8Array>
}

function plainNumber(cell: unknown): unknown {
  return typeof cell === "bigint" && Number.isSafeInteger(Number(cell)) ? Number(cell) : cell
}

function parsed(cell: unknown): JsonValue | undefined {
  if (typeof cell !== "string") return undefined
  try {
    return JSON.parse(cell) as JsonValue
  } catch {
    return undefined
  }
}

function timeOf(cell: unknown): number | undefined {
  const time = typeof cell === "string" ? Date.parse(cell) : Number.NaN
  return Number.isFinite(time) ? time : undefined
}
