import type { OrderKey } from "./order-key.ts"
import type { CellValue } from "./projected-content.ts"

/** What a column must hold: this, one of these, or something between bounds. Text is compared by its UTF-8 bytes. */
export type ColumnCondition =
  | string
  | number
  | boolean
  | { readonly in: readonly (string | number)[] }
  | {
      readonly gt?: string | number
      readonly gte?: string | number
      readonly lt?: string | number
      readonly lte?: string | number
    }

/** Conditions on columns, by name; all of them must hold. NULL fulfils none. */
export type VectorFilter = Readonly<Record<string, ColumnCondition>>

/** What is searched for in one table with vectors. */
export interface VectorQuery {
  readonly table: string
  /** As many finite numbers as the table's vectors have. */
  readonly vector: Float32Array
  /** Rows wanted, 1 to 4,096. */
  readonly limit: number
  /** On columns of the payload. */
  readonly filter?: VectorFilter
}

/** A row that a search found. */
export interface VectorMatch {
  /** The document, as found in the sink. */
  readonly id: string
  /** Which of its rows. */
  readonly ordinal: number
  /** Higher is nearer: the cosine, the dot product, or minus the distance. */
  readonly score: number
  /** What the document's record says now; absent where there is none that can be read. */
  readonly key?: OrderKey
  readonly digest?: Uint8Array
  /** By column. */
  readonly row: Readonly<Record<string, CellValue>>
}
