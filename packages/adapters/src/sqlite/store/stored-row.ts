import { coreError } from "@syncline/core"

/** A row as better-sqlite3 gives it. */
export type Row = Readonly<Record<string, unknown>>

/**
 * A blob column as plain bytes that the caller owns. A Node buffer is turned into the `Uint8Array` it is a view of, for
 * its `slice` does not copy.
 *
 * @throws SynclineError `store-corrupt` when it is no blob, or not of that length.
 */
export function blobOf(row: Row, column: string, length?: number): Uint8Array {
  const value = row[column]
  if (!(value instanceof Uint8Array)) throw damaged(column, "is missing or no blob")
  if (length !== undefined && value.length !== length)
    throw damaged(column, `has ${value.length} bytes instead of ${length}`)
  return new Uint8Array(value.buffer as ArrayBuffer, value.byteOffset, value.length)
}

/**
 * A column that holds a position or key.
 *
 * @throws SynclineError `store-corrupt` when it is no safe integer from 0.
 */
export function integerOf(row: Row, column: string): number {
  const value = row[column]
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0)
    throw damaged(column, "is no position")
  return value
}

/**
 * A text column.
 *
 * @throws SynclineError `store-corrupt` when it is no text.
 */
export function textOf(row: Row, column: string): string {
  const value = row[column]
  if (typeof value !== "string") throw damaged(column, "is no text")
  return value
}

/** The error for something stored that is not what it must be: `a stored <what> <how>`. */
export function damaged(what: string, how: string, cause?: unknown): Error {
  const options = cause === undefined ? {} : { cause }
  return coreError(
    "store-corrupt",
    `a stored ${what} ${how}; restore a backup or sync a new store from a peer`,
    options
  )
}
