import type { SynclineError } from "@syncline/clock"
import { coreError } from "../errors/core-error.ts"
import { toCellValue } from "./cell-value.ts"
import type { CellValue, TableRows } from "./projected-content.ts"
import type { DurableDocument } from "./projection-source.ts"
import type { ChildDefinition, NamedColumn, TableDefinition } from "./table.ts"

/** Appends the rows a document has in one declared table and its children to `out`; returns their rough size. */
export function projectTable(
  { name, columns, children }: TableDefinition,
  index: number,
  document: DurableDocument,
  out: TableRows[]
): number {
  const own = readRow(name, columns, document.value, document, 0)
  let sizeBytes = sizeOf(own)
  out.push({ table: index, rows: [own] })
  children.forEach((child, place) => {
    const rows = readItems(child, document).map((item, ordinal) =>
      readRow(child.name, child.columns, item, document, ordinal)
    )
    for (const row of rows) sizeBytes += sizeOf(row)
    out.push({ table: index + 1 + place, rows })
  })
  return sizeBytes
}

function readItems({ name, from }: ChildDefinition, document: DurableDocument): readonly unknown[] {
  let items: unknown
  try {
    items = from(document.value, document) ?? []
  } catch (cause) {
    throw refused(name, document, cause)
  }
  if (!Array.isArray(items))
    throw refused(name, document, new TypeError("what the rows come from is no array"))
  return items
}

/** One row of a table: its cells, in declared order. */
export function readRow(
  table: string,
  columns: readonly NamedColumn[],
  item: unknown,
  document: DurableDocument,
  ordinal: number
): CellValue[] {
  const row: CellValue[] = []
  for (const { name, column } of columns) {
    try {
      const value = toCellValue(column.kind, column.read(item, document, ordinal))
      if (value === undefined) throw new TypeError(`the mapping gave no ${column.kind}`)
      row.push(value)
    } catch (cause) {
      throw refused(`${table}.${name}`, document, cause)
    }
  }
  return row
}

/** Says that a document cannot be projected, and where. */
export function refused(path: string, { id }: DurableDocument, cause: unknown): SynclineError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return coreError(
    "projection-refused",
    `document ${id} cannot be projected into ${path}: ${why}; change the document or the mapping`,
    { cause, details: { document: id, path } }
  )
}

/** Every cell costs its place; text two bytes a unit. */
function sizeOf(row: readonly CellValue[]): number {
  let size = 16
  for (const cell of row) {
    if (typeof cell === "string") size += 8 + 2 * cell.length
    else size += cell instanceof Uint8Array ? 8 + cell.length : 8
  }
  return size
}
