import { hasItsVector, vectorBytes } from "@syncline/core/vectors"
import type { OrderKey, SealedRow, Sealer, SinkEntry } from "@syncline/core"
import type { RawRow } from "./raw-statement.ts"

/** The columns of `syncline_records`, in the order in which everything here reads and writes them. */
export const recordColumns = "id, generation, projection, height, deleted, row_count, digest, seal"

/** As `recordColumns`, the seal as `Sealer` gives it: text costs Node far less than a buffer. */
export const readableColumns = "id, generation, projection, height, deleted, row_count, digest, hex(seal)"

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
  if (!rows.every(hasItsVector)) return entry
  return { ...entry, sealed: seal === sealer.seal({ id, key, digest, deleted: entry.deleted, rows }) }
}

/** Names exactly what lies under an id. Needs a record and rows that were read with exact integers. */
export function toToken({ record, rows }: StoredContent, sealer: Sealer): string {
  const vectors = rows.flatMap(({ vector }) => (vector === undefined ? [] : [vectorBytes(vector)]))
  const facts = record === undefined ? [] : [...record, ...vectors].map(exactText)
  return sealer.token(
    facts.length === 0 ? `none${vectors.map(exactText).join()}` : JSON.stringify(facts),
    rows
  )
}

function exactText(cell: unknown): string {
  return cell instanceof Uint8Array ? Buffer.from(cell).toString("hex") : String(cell)
}

/** A number out of SQLite as a safe integer: what lies beyond becomes the nearest, which no real key reaches. */
function safe(value: unknown): OrderKey["height"] {
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Number(value)))
}
