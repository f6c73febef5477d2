/** What a column holds. Booleans are 0 and 1, JSON and times are text. Numbers are finite. */
export type CellValue = null | number | string | Uint8Array

/** The rows a document has in one table, in declared column order, key columns left out. */
export interface TableRows {
  /** Index into the projection's tables. */
  readonly table: number
  /** One row for a document's own table; for a child table, the row's place is its `ordinal`. */
  readonly rows: readonly (readonly CellValue[])[]
  /** In a table with vectors: that of each row. */
  readonly vectors?: readonly Float32Array[]
}

/** What one document becomes in a sink. A deleted document has no tables. */
export interface ProjectedContent {
  readonly tables: readonly TableRows[]
  /** Rough size, for bounding batches. */
  readonly sizeBytes: number
}

/** The content of a deleted document. */
export const noContent: ProjectedContent = { tables: [], sizeBytes: 0 }

/** How many rows the content has, over all tables. */
export function rowCount(content: ProjectedContent): number {
  return content.tables.reduce((sum, { rows }) => sum + rows.length, 0)
}
