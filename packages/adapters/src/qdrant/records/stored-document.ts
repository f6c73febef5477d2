import { compareOrderKeys, type OrderKey, type SealedRow, type Sealer, type SinkRecord } from "@syncline/core"
import { rowFields } from "../points/key-fields.ts"
import { recordPointId } from "../points/point-id.ts"
import type { Payload, StoredPoint } from "../points/point.ts"
import type { TableCollection } from "../schema/table-collection.ts"
import { countIn, keyOf, toEntry } from "./record-point.ts"
import { cellsOf, isInPlace } from "./row-point.ts"
import type { SinkPlace } from "./sink-place.ts"

/** A row as it was read. */
export interface StoredRow {
  readonly point: StoredPoint
  readonly table: TableCollection
  /** In a table with vectors: whether it has its one. */
  readonly hasVector: boolean
}

/** Everything under one document id, wherever it lies. */
export interface StoredDocument {
  readonly id: string
  /** One, where nobody else wrote. */
  readonly records: readonly StoredPoint[]
  readonly rows: readonly StoredRow[]
}

/** What there is under an id, with its seal checked and a token of it; `undefined` for nothing. */
export function toSinkRecord(place: SinkPlace, stored: StoredDocument): SinkRecord | undefined {
  const { id, records, rows } = stored
  if (records.length === 0 && rows.length === 0) return undefined
  const token = tokenOf(stored, place.sealer)
  const [record] = records
  if (record === undefined)
    return { id, key: undefined, digest: undefined, deleted: false, sealed: false, token }
  const payload = record.payload ?? {}
  return { ...toEntry(id, payload, isSealed(place, stored, payload)), token }
}

function isSealed(place: SinkPlace, { id, records, rows }: StoredDocument, payload: Payload): boolean {
  const { key, digest, deleted } = toEntry(id, payload, undefined)
  if (records.length !== 1 || records[0]?.id !== recordPointId(place.namespace, id)) return false
  if (key === undefined || digest === undefined || typeof payload["deleted"] !== "boolean") return false
  const counts = place.tables.every(({ name }) => {
    const count = rows.filter(row => row.table.name === name).length
    return count === countIn(payload, name)
  })
  if (!counts || !rows.every(row => isWhole(id, key, row))) return false
  const sealed = rowsOf(place, { rows })
  return payload["seal"] === place.sealer.seal({ id, key, digest, deleted, rows: sealed })
}

/** The rows as seals see them; without vectors, which the server does not give back as they were. */
export function rowsOf({ tables }: SinkPlace, { rows }: Pick<StoredDocument, "rows">): readonly SealedRow[] {
  return tables.flatMap(table => sealedRowsOf(table, rows))
}

/** Whether a row lies where it belongs, with the record's key and its vector. */
function isWhole(id: string, key: OrderKey, { point, table, hasVector }: StoredRow): boolean {
  const own = keyOf(point.payload ?? {}, rowFields)
  return hasVector && own !== undefined && compareOrderKeys(own, key) === 0 && isInPlace(table, id, point)
}

function sealedRowsOf(table: TableCollection, rows: readonly StoredRow[]): SealedRow[] {
  return rows
    .filter(row => row.table.name === table.name)
    .map(({ point: { payload } }) => ({
      table: table.table,
      ordinal: table.table.child ? (payload?.["ordinal"] as number) : 0,
      values: cellsOf(table, payload ?? {})
    }))
    .sort((a, b) => a.ordinal - b.ordinal)
}

/** Names exactly these points, to the last bit that the server shows of them. */
function tokenOf({ records, rows }: StoredDocument, sealer: Sealer): string {
  const all = [
    ...records.map(point => ["", point, true] as const),
    ...rows.map(({ table, point, hasVector }) => [table.name, point, hasVector] as const)
  ]
  const texts = all.map(([name, { id, payload }, vector]) =>
    canonical([name, String(id), payload ?? {}, vector])
  )
  return sealer.token(texts.sort().join("\n"), [])
}

/** JSON with the members of objects in the order of their names; integers of any size keep their digits. */
function canonical(value: unknown): string {
  if (typeof value === "bigint") return String(value)
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null"
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join()}}`
}
