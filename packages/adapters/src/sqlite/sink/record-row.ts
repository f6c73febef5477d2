import { cellText, type OrderKey, rowText, type SealedRow, type Sealer, type SinkEntry } from "@syncline/core"
import type { RawRow } from "./raw-statement.ts"

/** The columns of `syncline_records`, in the order in which everything here reads and writes them. */
export const recordColumns = "id, generation, projection, height, deleted, row_count, digest, seal"

/** What lies under one id: bookkeeping, if there is any, and content from all tables. */
export interface StoredContent {
  readonly id: string
  readonly record: RawRow | undefined
  readonly rows: readonly SealedRow[]
}

/** What a record says, its contents not looked at. */
export function toEntry(record: RawRow, sealed: boolean | undefined): SinkEntry {
  const [id, generation, projection, height, deleted, , digest] = record
  return {
    id: id as string,
    key: { generation: safe(generation), projection: safe(projection), height: safe(height) },
    digest: digest instanceof Uint8Array && digest.length === 32 ? digest : undefined,
    deleted: Number(deleted) !== 0,
    sealed
  }
}

/** What lies under an id, with its seal checked. */
export function toSealedEntry({ id, record, rows }: StoredContent, sealer: Sealer): SinkEntry {
  if (record === undefined) return { id, key: undefined, digest: undefined, deleted: false, sealed: false }
  const entry = toEntry(record, false)
  const [, , , , deleted, count, , seal] = record
  const { key, digest } = entry
  if (key === undefined || digest === undefined || Number(count) !== rows.length) return entry
  // A flag other than 0 and 1 was not written by us; reading it as "deleted" must not make the seal fit.
  if (Number(deleted) !== 0 && Number(deleted) !== 1) return entry
  const expected = sealer.seal({ id, key, digest, deleted: entry.deleted, rows })
  return { ...entry, sealed: seal instanceof Uint8Array && sameBytes(seal, expected) }
}

/** Names exactly what lies under an id. Needs rows that were read with exact integers. */
export function toToken({ record, rows }: StoredContent, sealer: Sealer): Uint8Array {
  const bookkeeping = record === undefined ? "-" : record.map(cellText).join("")
  return sealer.hash(`${bookkeeping}|${rows.map(rowText).join("")}`)
}

/** A number out of SQLite as a safe integer: what lies beyond becomes the nearest, which no real key reaches. */
function safe(value: unknown): OrderKey["height"] {
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Number(value)))
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
