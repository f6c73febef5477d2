import { compareOrderKeys, type SinkRepair, type SinkRepairOutcome, type SinkWrite } from "@syncline/core"
import { recordFields, rowFields } from "../points/key-fields.ts"
import { lowerThan, sameKeyAs } from "../points/key-filter.ts"
import { recordPointId, rowPointId } from "../points/point-id.ts"
import type { Payload, PointCondition, PointFilter, PointOperation, StoredPoint } from "../points/point.ts"
import { deleteFound } from "./delete-found.ts"
import type { DocumentReader } from "./document-reader.ts"
import type { DocumentWriter } from "./document-writer.ts"
import { keyOf } from "./record-point.ts"
import { packed } from "./request-packer.ts"
import { rowPoints, type SealedWrite, sealWrite } from "./sealed-write.ts"
import { piecesOf, type SinkPlace } from "./sink-place.ts"
import { type StoredDocument, type StoredRow, toSinkRecord } from "./stored-document.ts"

/** A repair that is due, and what it finds. */
interface DueRepair {
  readonly id: string
  readonly stored: StoredDocument
  /** Absent where everything is to go. */
  readonly sealed: SealedWrite | undefined
}

type PointId = StoredPoint["id"]

/**
 * Compare-and-swap, as far as the server has it: what lies under an id is read and compared; then rows are put right, and the record last, on the
 * condition that it still is what was read, down to its seal. Nothing is deleted but on the condition that it still has the version that was read.
 * Whether it went in, or away, is read again.
 */
export class DocumentMender {
  readonly #place: SinkPlace
  readonly #reader: DocumentReader
  readonly #writer: DocumentWriter

  constructor(place: SinkPlace, reader: DocumentReader, writer: DocumentWriter) {
    this.#place = place
    this.#reader = reader
    this.#writer = writer
  }

  async mend(repairs: readonly SinkRepair[]): Promise<readonly SinkRepairOutcome[]> {
    const stored = new Map(
      (await this.#reader.load(repairs.map(({ id }) => id))).map(each => [each.id, each])
    )
    const due = repairs.flatMap(({ id, token, write }): DueRepair[] => {
      const present = stored.get(id) ?? { id, records: [], rows: [] }
      if (toSinkRecord(this.#place, present)?.token !== token) return []
      return [{ id, stored: present, sealed: write && this.#seal(write) }]
    })
    await this.#putRows(due)
    const swapped = await this.#putRecords(due)
    // Who was overtaken may have put rows behind those of the newer version.
    await this.#writer.takeBack(due.flatMap(({ id, sealed }) => (sealed && !swapped.has(id) ? [sealed] : [])))
    return repairs.map(({ id }) => (swapped.has(id) ? "swapped" : "changed-meanwhile"))
  }

  #seal(write: SinkWrite): SealedWrite {
    return sealWrite(this.#place, write)
  }

  /** Deletes rows that do not belong, also those with a key that no write would go over, and writes those that do. */
  async #putRows(due: readonly DueRepair[]): Promise<void> {
    const { tables, requests, settings, tenant, conditions, limits } = this.#place
    const writes = due.flatMap(({ sealed }) => sealed ?? [])
    for (const table of tables) {
      const wanted = new Map<PointId, SealedWrite>()
      for (const write of writes)
        for (let ordinal = 0; ordinal < (write.record.rows[table.name] ?? 0); ordinal++)
          wanted.set(rowPointId(table.namespace, write.record.id, ordinal), write)
      const found = due.flatMap(({ stored }) => stored.rows.filter(row => row.table === table))
      const gone = found.filter(row => !givesWay(row, wanted.get(row.point.id)))
      await deleteFound(
        this.#place,
        table.name,
        gone.map(({ point }) => point),
        payload => sameKeyAs(rowFields, payload)
      )
      const operations = packed(
        rowPoints(table, writes, tenant),
        { points: limits.upsert, bytes: settings.maxRequestBytes },
        key => (conditions ? lowerThan(rowFields, key, true) : undefined)
      )
      for (const each of operations) await requests.update(table.name, each, "strong")
    }
  }

  /** The ids whose record is, in the end, what it was to be: there, or nowhere. */
  async #putRecords(due: readonly DueRepair[]): Promise<ReadonlySet<string>> {
    const { namespace, records, requests, limits } = this.#place
    const slots = new Map(due.map(({ id }) => [id, recordPointId(namespace, id)]))
    const written = new Set<PointId>(due.flatMap(({ id, sealed }) => (sealed && slots.get(id)) ?? []))
    const strays = due.flatMap(({ stored }) => stored.records.filter(({ id }) => !written.has(id)))
    await deleteFound(this.#place, records, strays, sameRecordAs)
    const operations = due.flatMap(({ stored, sealed }) => (sealed ? [this.#swap(stored, sealed)] : []))
    for (const piece of piecesOf(operations, limits.upsert)) await requests.update(records, piece, "strong")
    const found = await this.#found([...new Set([...slots.values(), ...strays.map(({ id }) => id)])])
    const isOf = (point: PointId, id: string): boolean => found.get(point)?.["document"] === id
    const swapped = due.filter(({ id, sealed, stored }) => {
      const slot = slots.get(id) ?? ""
      if (sealed !== undefined) return found.get(slot)?.["seal"] === sealed.record.seal
      return !isOf(slot, id) && !stored.records.some(point => isOf(point.id, id))
    })
    return new Set(swapped.map(({ id }) => id))
  }

  /** Whose the records in these places are, and their seals. */
  async #found(ids: readonly PointId[]): Promise<ReadonlyMap<PointId, Payload>> {
    const { records, requests, limits } = this.#place
    const found = new Map<PointId, Payload>()
    for (const piece of piecesOf(ids, limits.retrieve))
      for (const { id, payload } of await requests.retrieve(records, piece, ["document", "seal"]))
        found.set(id, payload ?? {})
    return found
  }

  #swap({ records, id }: StoredDocument, { record }: SealedWrite): PointOperation {
    const { conditions, updateOnly, namespace } = this.#place
    const points = [this.#writer.recordPoint(record)]
    if (!conditions) return { upsert: { points } }
    const slot = recordPointId(namespace, id)
    const present = records.find(point => point.id === slot)
    if (present === undefined) {
      // Whatever lies there is not of this document, unless somebody writes it right now.
      const itsOwn = { key: "document", match: { value: id } }
      return { upsert: { points, update_filter: { must_not: [itsOwn] } } }
    }
    return {
      upsert: {
        points,
        update_filter: sameAs(present.payload ?? {}),
        ...(updateOnly && { update_mode: "update_only" as const })
      }
    }
  }
}

/** Whether a row that is there is one that a write on its condition replaces. */
function givesWay({ point }: StoredRow, write: SealedWrite | undefined): boolean {
  const key = keyOf(point.payload ?? {}, rowFields)
  return write !== undefined && key !== undefined && compareOrderKeys(key, write.record.key) <= 0
}

/** Hold together for a record that still has the version and the seal that were read: what deletions are conditioned by, with few fields to be indexed. */
function sameRecordAs(payload: Payload): readonly PointCondition[] {
  const { seal } = payload
  return [
    ...sameKeyAs(recordFields, payload),
    ...(typeof seal === "string" ? [{ key: "seal", match: { value: seal } }] : [])
  ]
}

/** Holds for a record that still is what was read. What no condition can compare, such as lists, or integers beyond 64 bits with a sign, is left to the token. */
function sameAs(payload: Payload): PointFilter {
  const must = ["generation", "projection", "height", "deleted", "digest", "seal"].flatMap(
    (key): PointCondition[] => {
      const value = payload[key]
      const isComparable =
        typeof value === "string" ||
        typeof value === "boolean" ||
        Number.isSafeInteger(value) ||
        (typeof value === "bigint" && BigInt.asIntN(64, value) === value)
      return isComparable ? [{ key, match: { value: value as string } }] : []
    }
  )
  return { must }
}
