import type { OrderKey, SinkEntry } from "@syncline/core"
import { fromBase64, toBase64 } from "../points/base64.ts"
import { type KeyFields, recordFields } from "../points/key-fields.ts"
import type { Payload } from "../points/point.ts"
import { toSafeInteger } from "../points/safe-integer.ts"

/** Rows of a document, by collection. */
export type RowCounts = Readonly<Record<string, number>>

/** What is kept about a document. */
export interface DocumentRecord {
  readonly id: string
  readonly key: OrderKey
  readonly deleted: boolean
  readonly digest: Uint8Array
  readonly rows: RowCounts
  readonly seal: string
}

/** What is read of records where contents are not. */
export const recordHead: readonly string[] = [
  "document",
  "generation",
  "projection",
  "height",
  "deleted",
  "digest",
  "rows"
]

/** The payload of a record's point. */
export function recordPayload({ id, key, deleted, digest, rows, seal }: DocumentRecord): Payload {
  return { document: id, ...key, deleted, digest: toBase64(digest), rows, seal }
}

/** What a record's payload says, its contents not looked at. */
export function toEntry(id: string, payload: Payload, sealed: boolean | undefined): SinkEntry {
  const digest = fromBase64(payload["digest"])
  return {
    id,
    key: keyOf(payload, recordFields),
    digest: digest?.length === 32 ? digest : undefined,
    deleted: payload["deleted"] === true,
    sealed
  }
}

/** An order key out of a payload; `undefined` when a part of it is no integer. */
export function keyOf(payload: Payload, fields: KeyFields): OrderKey | undefined {
  const generation = toSafeInteger(payload[fields.generation])
  const projection = toSafeInteger(payload[fields.projection])
  const height = toSafeInteger(payload[fields.height])
  return generation === undefined || projection === undefined || height === undefined
    ? undefined
    : { generation, projection, height }
}

/** How many rows a record says there are in a collection; nothing can be said where it was damaged. */
export function countIn(payload: Payload, collection: string): number | undefined {
  const rows = payload["rows"]
  if (typeof rows !== "object" || rows === null) return undefined
  const count: unknown = (rows as Readonly<Record<string, unknown>>)[collection] ?? 0
  return Number.isSafeInteger(count) && (count as number) >= 0 ? (count as number) : undefined
}
