import type { ColumnKind } from "./column.ts"

/** A column as it lies in a table. */
export interface ColumnLayout {
  readonly name: string
  readonly kind: ColumnKind
  readonly indexed: boolean
}

/** How near two vectors are: cosine of their angle, dot product, or distance (L2). */
export type VectorDistance = "cosine" | "dot" | "euclidean"

/** What each row of a table has beside its columns, in a table with vectors. */
interface VectorLayout {
  readonly dimensions: number
  readonly distance: VectorDistance
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
  /** Rows have a vector each; the column `vector_hash` has its `vectorHash`, so that the seal covers it. */
  readonly vector?: VectorLayout
}
