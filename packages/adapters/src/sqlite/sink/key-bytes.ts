import { isUtf8 } from "node:buffer"
import { coreError } from "@syncline/core"
import type { RawRow } from "./raw-statement.ts"

// SQLite keeps any bytes as text. JavaScript sees U+FFFD in their place, so other keys than those in the table: it can
// neither find such rows by them nor page past them, and would take them for none.

/** Whether a key that was read as text may have had bytes that are no UTF-8. */
export function mayHideBytes(key: unknown): boolean {
  return (key as string).includes("\ufffd")
}

/**
 * Checks keys, each in hex in a row of its own.
 *
 * @throws SynclineError `sink-foreign` with the statement that removes the first which is no UTF-8.
 */
export function mustBeUtf8(table: string, column: string, keys: readonly RawRow[]): void {
  for (const [hex] of keys)
    if (!isUtf8(Buffer.from(hex as string, "hex")))
      throw coreError(
        "sink-foreign",
        `table "${table}" has a row whose key is no text, which this sink did not write; remove it: DELETE FROM ${table} WHERE hex(${column}) = '${hex as string}'`,
        { details: { table } }
      )
}
