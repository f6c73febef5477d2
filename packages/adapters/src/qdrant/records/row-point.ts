import { coreError, type CellValue, type ColumnLayout, type OrderKey, type SealedRow } from "@syncline/core"
import { fromBase64, toBase64 } from "../points/base64.ts"
import { rowFields } from "../points/key-fields.ts"
import { rowPointId } from "../points/point-id.ts"
import type { Payload, SentPoint, SentVector, StoredPoint } from "../points/point.ts"
import { sentNumbers } from "../points/sent-numbers.ts"
import type { TableCollection } from "../schema/table-collection.ts"

/** The digits of real cells. */
const realsField = "syncline_reals"

/**
 * The server reads numbers that are no integers without care for the last bit, each time it moves them. What is further from the digits than this is
 * another number.
 */
const realDrift = 1e-9

/** A row as it is sent. */
export function toPoint(
  { table, namespace, labelField, name, shape }: TableCollection,
  id: string,
  key: OrderKey,
  row: SealedRow,
  tenant: Payload
): SentPoint {
  const ordinal = Number(row.ordinal)
  const payload: Record<string, unknown> = { [labelField]: id, ...(table.child && { ordinal }) }
  const reals: string[] = []
  table.columns.forEach((column, i) => {
    const cell = row.values[i] as CellValue
    payload[column.name] = toField(cell)
    if (column.kind === "real") reals.push(String(cell))
  })
  if (reals.length > 0) payload[realsField] = reals
  payload[rowFields.generation] = key.generation
  payload[rowFields.projection] = key.projection
  payload[rowFields.height] = key.height
  return {
    id: rowPointId(namespace, id, ordinal),
    vector: vectorOf(name, shape.vector, id, row.vector),
    payload: Object.assign(payload, tenant)
  }
}

/** The cells of a row as they were read, in the table's order; a cell that was not written by us stays what it is. */
export function cellsOf({ table }: TableCollection, payload: Payload): unknown[] {
  const reals = payload[realsField]
  let real = 0
  return table.columns.map(column => {
    const digits = column.kind === "real" && Array.isArray(reals) ? (reals[real++] as unknown) : undefined
    return fromField(column, payload[column.name], digits)
  })
}

/** Whether a point lies where the row it claims to be belongs. */
export function isInPlace({ namespace, table }: TableCollection, id: string, point: StoredPoint): boolean {
  const ordinal = table.child ? point.payload?.["ordinal"] : 0
  return Number.isSafeInteger(ordinal) && point.id === rowPointId(namespace, id, ordinal as number)
}

function toField(cell: CellValue): unknown {
  if (cell instanceof Uint8Array) return toBase64(cell)
  // Half of a pair is no Unicode, and the server refuses the whole request for it; seals see the same text either way.
  return typeof cell === "string" ? cell.toWellFormed() : cell
}

function fromField({ kind }: ColumnLayout, field: unknown, digits: unknown): unknown {
  if (kind === "bytes") return fromBase64(field) ?? field
  if (kind !== "real" || typeof digits !== "string") return field
  const exact = Number(digits)
  // A large number without a fraction comes as a bigint.
  const found = typeof field === "bigint" ? Number(field) : field
  if (typeof found !== "number" || String(exact) !== digits) return field
  return Math.abs(found - exact) <= realDrift * Math.abs(exact) + Number.MIN_VALUE ? exact : field
}

function vectorOf(
  collection: string,
  shape: TableCollection["shape"]["vector"],
  id: string,
  vector: Float32Array | undefined
): SentVector {
  if (shape === undefined) return {}
  if (vector?.length !== shape.size || !vector.every(Number.isFinite))
    throw coreError(
      "sink-failed",
      `document ${id} has a vector that does not fit into collection ${collection}: it needs ${shape.size} finite numbers; mend what makes it`,
      { details: { document: id, collection } }
    )
  const numbers = sentNumbers(vector)
  return shape.name === "" ? numbers : { [shape.name]: numbers }
}
