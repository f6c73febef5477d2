import { type CellValue, compareOrderKeys, coreError, type OrderKey } from "@syncline/core"
import type { Payload, PointFilter, PointOperation, SentPoint } from "../points/point.ts"

/** A point to be written, and the order key its condition is made of. */
export interface KeyedPoint {
  readonly key: OrderKey
  readonly point: SentPoint
}

/** What one request may hold. */
export interface RequestLimits {
  readonly points: number
  readonly bytes: number
}

/** A number of a vector as JSON, at most: a 32-bit float written with the digits of a 64-bit one, and a comma. */
const bytesOfNumber = 24

/** Around the points of a request. */
const envelopeBytes = 4096

const encoder = new TextEncoder()

/**
 * Packs points into the operations of few requests, each below what the server takes. A condition is that of all points of an operation, so points that
 * have one key in common share operations.
 */
export function* packed(
  points: Iterable<KeyedPoint>,
  { points: most, bytes: mostBytes }: RequestLimits,
  conditionOf: (key: OrderKey) => PointFilter | undefined
): Generator<readonly PointOperation[]> {
  let operations: { key: OrderKey; points: SentPoint[] }[] = []
  let [count, bytes] = [0, envelopeBytes]
  for (const { key, point } of points) {
    const size = sizeOf(point)
    if (count > 0 && (count >= most || bytes + size > mostBytes)) {
      yield operations.map(each => toOperation(each, conditionOf))
      operations = []
      count = 0
      bytes = envelopeBytes
    }
    const last = operations.at(-1)
    if (last !== undefined && compareOrderKeys(last.key, key) === 0) last.points.push(point)
    else {
      operations.push({ key, points: [point] })
      bytes += conditionBytes
    }
    count++
    bytes += size
  }
  if (count > 0) yield operations.map(each => toOperation(each, conditionOf))
}

/** A condition as JSON, with some room. */
const conditionBytes = 1024

/**
 * Checks that a row goes into a request.
 *
 * @throws SynclineError `projection-refused`.
 */
export function mustGoIn(
  document: string,
  collection: string,
  cells: readonly CellValue[],
  dimensions: number,
  most: number
): void {
  const around = envelopeBytes + conditionBytes + dimensions * bytesOfNumber + 64 * cells.length
  const bytes = cells.reduce<number>((sum, cell) => sum + bytesOfCell(cell), around)
  if (bytes <= most) return
  throw coreError(
    "projection-refused",
    `document ${document} cannot be projected into ${collection}: a row of it takes up to ${bytes} bytes, and a request holds ${most}; cut its text into chunks, or raise maxRequestBytes and what the server takes`,
    { details: { document, path: collection } }
  )
}

/** Longer texts are measured; shorter ones are taken for as long as JSON could make them: six bytes a unit. */
function bytesOfCell(cell: CellValue): number {
  if (cell instanceof Uint8Array) return 2 * cell.length
  if (typeof cell !== "string") return bytesOfNumber
  return cell.length < 256 ? 6 * cell.length : jsonBytes(cell)
}

function toOperation(
  { key, points }: { readonly key: OrderKey; readonly points: readonly SentPoint[] },
  conditionOf: (key: OrderKey) => PointFilter | undefined
): PointOperation {
  const condition = conditionOf(key)
  return { upsert: { points, ...(condition && { update_filter: condition }) } }
}

function sizeOf({ vector, payload }: SentPoint): number {
  const vectors = Array.isArray(vector)
    ? [vector]
    : Object.values(vector as Readonly<Record<string, readonly number[]>>)
  return vectors.reduce((sum, each) => sum + each.length * bytesOfNumber, payloadBytes(payload) + 128)
}

/** Most payloads are taken for as long as JSON could make them, six bytes a unit, and only long ones measured: no payload is made into JSON twice. */
function payloadBytes(payload: Payload): number {
  let bytes = 0
  for (const [name, value] of Object.entries(payload)) {
    bytes += 32 + name.length
    if (typeof value === "string") bytes += 6 * value.length
    else if (typeof value === "object" && value !== null) bytes += jsonBytes(value)
  }
  return bytes < longPayload ? bytes : jsonBytes(payload)
}

const longPayload = 16_384

function jsonBytes(value: unknown): number {
  return encoder.encode(JSON.stringify(value)).length
}
