import type { JsonValue } from "../document/json.ts"
import type { DurableDocument } from "./projection-source.ts"

/** What a column holds, and how it lies in a table: see each builder of `column`. */
export type ColumnKind = "text" | "integer" | "real" | "boolean" | "json" | "timestamp" | "bytes"

/** Where a value comes from: the item (document value or list element), its document, its index in the list (or 0). */
export type ReadCell<Item, Cell> = (
  item: Item,
  document: DurableDocument,
  ordinal: number
) => Cell | null | undefined

/** A declared column of rows made from `Item`s. `undefined` and `null` become NULL. */
export interface Column<Item> {
  readonly kind: ColumnKind
  readonly indexed: boolean
  readonly read: ReadCell<Item, unknown>
}

/** Choices for one column. */
export interface ColumnOptions {
  /** Adds an index over this column. */
  readonly index?: boolean
}

/** Declares columns, by what they hold. */
export const column = {
  /** Text. */
  text: <Item>(read: ReadCell<Item, string>, options?: ColumnOptions): Column<Item> =>
    declare("text", read, options),
  /** A safe integer. */
  integer: <Item>(read: ReadCell<Item, number>, options?: ColumnOptions): Column<Item> =>
    declare("integer", read, options),
  /** A finite floating-point number. */
  real: <Item>(read: ReadCell<Item, number>, options?: ColumnOptions): Column<Item> =>
    declare("real", read, options),
  /** 0 or 1. */
  boolean: <Item>(read: ReadCell<Item, boolean>, options?: ColumnOptions): Column<Item> =>
    declare("boolean", read, options),
  /** JSON text. */
  json: <Item>(read: ReadCell<Item, JsonValue>, options?: ColumnOptions): Column<Item> =>
    declare("json", read, options),
  /** A `Date` or milliseconds since 1970; stored as `2026-01-31T09:30:00.000Z`, which sorts as time does. */
  timestamp: <Item>(read: ReadCell<Item, Date | number>, options?: ColumnOptions): Column<Item> =>
    declare("timestamp", read, options),
  /** Bytes. */
  bytes: <Item>(read: ReadCell<Item, Uint8Array>, options?: ColumnOptions): Column<Item> =>
    declare("bytes", read, options)
} as const

function declare<Item, Cell>(
  kind: ColumnKind,
  read: ReadCell<Item, Cell>,
  options: ColumnOptions = {}
): Column<Item> {
  return { kind, indexed: options.index === true, read }
}
