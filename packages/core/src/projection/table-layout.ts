import type { ColumnKind } from "./column.ts"

/** A column as it lies in a table. */
export interface ColumnLayout {
  readonly name: string
  readonly kind: ColumnKind
  readonly indexed: boolean
}

/**
 * A table as a sink must make it. Before `columns` stand the key columns: `id` in a document's own table, `parent_id`
 * and `ordinal` in a child table.
 */
export interface TableLayout {
  readonly name: string
  /** Whose documents have rows here; all documents when absent. */
  readonly collection?: string
  readonly child: boolean
  readonly columns: readonly ColumnLayout[]
}
