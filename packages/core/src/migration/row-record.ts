import { sha256 } from "#platform"
import { toHex } from "../codec/hex.ts"
import type { JsonObject } from "../document/json.ts"

/** What was imported into a document last: a short hash of each of the row's values, by key. */
export type RowRecord = Readonly<Record<string, string>>

/** Two values of one row and key are taken for one another once in 2⁴⁸. */
const hashBytes = 6

/** The record of a row. */
export function recordOf(row: JsonObject): RowRecord {
  const text = new TextEncoder()
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [
      key,
      toHex(sha256(text.encode(JSON.stringify(value))).subarray(0, hashBytes))
    ])
  )
}

/** What changed in the source since: keys whose values are others or new, and keys that are gone. */
export function changedKeys(
  now: RowRecord,
  before: RowRecord
): { readonly set: readonly string[]; readonly removed: readonly string[] } {
  return {
    set: Object.keys(now).filter(key => !Object.hasOwn(before, key) || before[key] !== now[key]),
    removed: Object.keys(before).filter(key => !Object.hasOwn(now, key))
  }
}

export function encodeRecord(record: RowRecord): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(record))
}

/** Nothing for bytes that make no sense: the row then counts as never imported, which is safe. */
export function decodeRecord(bytes: Uint8Array | undefined): RowRecord | undefined {
  if (bytes === undefined) return undefined
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as RowRecord
  } catch {
    return undefined
  }
}
