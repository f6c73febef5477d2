import { compareOrderKeys, type OrderKey, type SinkWrite } from "@syncline/core"
import { recordFields, rowFields } from "../points/key-fields.ts"
import { lowerThan } from "../points/key-filter.ts"
import { recordPointId } from "../points/point-id.ts"
import type { Payload, SentPoint } from "../points/point.ts"
import { countIn, keyOf, recordPayload } from "./record-point.ts"
import { packed } from "./request-packer.ts"
import { type RowsToCheck, RowSweeper } from "./row-sweeper.ts"
import { highestOf, rowPoints, type SealedWrite, sealWrite } from "./sealed-write.ts"
import { piecesOf, type SinkPlace } from "./sink-place.ts"

/** What comes of a batch. */
export interface WritePlan {
  /** Newer than what is there. */
  readonly due: readonly SealedWrite[]
  /** Documents of which rows may be there that no record tells of, from before or from a writer that did not get to the end. */
  readonly toCheck: readonly RowsToCheck[]
}

/**
 * Writes documents whose key is higher than what is there: rows first, then the record. So a record never tells of rows that are not there, and whoever
 * dies in between has written nothing that counts. Rows that a document has no more go last: by then no older record can come in any more, so whoever
 * writes rows later is told that it lost, and takes them back.
 *
 * Each point is written on the condition that what is there has a lower key, where the server has conditions. It does not say which did not hold, so
 * records are read again: who lost takes its rows back.
 */
export class DocumentWriter {
  readonly #place: SinkPlace
  readonly #sweeper: RowSweeper

  constructor(place: SinkPlace) {
    this.#place = place
    this.#sweeper = new RowSweeper(place)
  }

  /** Compares writes with what is there; nothing is written yet. */
  async plan(batch: readonly SinkWrite[]): Promise<WritePlan> {
    const writes = highestOf(batch)
    const present = await this.#records(writes.map(({ document }) => document.id))
    const due: SealedWrite[] = []
    const toCheck: RowsToCheck[] = []
    for (const write of writes) {
      const before = present.get(write.document.id)
      const key = before && keyOf(before, recordFields)
      const order = key === undefined ? -1 : compareOrderKeys(key, write.key)
      if (order > 0) toCheck.push(...this.#behind(write, before ?? {}))
      else {
        const sealed = sealWrite(this.#place, write)
        const isThere = order === 0
        if (isThere && before?.["seal"] !== sealed.record.seal) continue
        if (!isThere) due.push(sealed)
        toCheck.push(this.#toCheck(sealed, before))
      }
    }
    return { due, toCheck }
  }

  async write({ due, toCheck }: WritePlan): Promise<void> {
    await this.#writeRows(due)
    await this.writeRecords(due)
    await Promise.all([this.takeBack(due), this.#sweeper.check(toCheck)])
  }

  /** Writes records on the condition that those there have lower keys. */
  async writeRecords(writes: readonly SealedWrite[]): Promise<void> {
    const points = writes.map(({ record }) => ({ key: record.key, point: this.recordPoint(record) }))
    const condition = this.#condition(key => lowerThan(recordFields, key))
    for (const operations of packed(points, this.#limits, condition))
      await this.#place.requests.update(this.#place.records, operations, "strong")
  }

  recordPoint(record: SealedWrite["record"]): SentPoint {
    const { namespace, tenant } = this.#place
    return {
      id: recordPointId(namespace, record.id),
      vector: {},
      payload: { ...recordPayload(record), ...tenant }
    }
  }

  /** Where another writer was newer after all, rows of these writes go, and older ones. Those of the other have a higher key. */
  async takeBack(writes: readonly SealedWrite[]): Promise<void> {
    if (!this.#place.conditions || writes.length === 0) return
    const present = await this.#records(writes.map(({ record }) => record.id))
    const lost = writes.filter(({ record }) => {
      const now = present.get(record.id)
      const key = now && keyOf(now, recordFields)
      return key !== undefined && compareOrderKeys(key, record.key) > 0
    })
    await this.#sweeper.sweep(lost.map(({ record: { id, key } }) => ({ id, below: key, orSame: true })))
  }

  get #limits(): { readonly points: number; readonly bytes: number } {
    return { points: this.#place.limits.upsert, bytes: this.#place.settings.maxRequestBytes }
  }

  #condition<Filter>(filter: (key: OrderKey) => Filter): (key: OrderKey) => Filter | undefined {
    return key => (this.#place.conditions ? filter(key) : undefined)
  }

  async #writeRows(due: readonly SealedWrite[]): Promise<void> {
    const { tables, requests, settings, tenant } = this.#place
    const condition = this.#condition(key => lowerThan(rowFields, key))
    const writing = tables.map(async table => {
      for (const operations of packed(rowPoints(table, due, tenant), this.#limits, condition))
        await requests.update(table.name, operations, settings.ordering)
    })
    await Promise.all(writing)
  }

  /** After a write, which another try before it may have done but for the end. */
  #toCheck({ record: { id, key, rows } }: SealedWrite, before: Payload | undefined): RowsToCheck {
    const names = before === undefined ? [] : this.#place.tables.map(({ name }) => name)
    const fewer = names.filter(name => {
      const count = countIn(before ?? {}, name)
      return count === undefined || count > (rows[name] ?? 0)
    })
    return { id, below: key, orSame: false, rows, fewer: new Set(fewer) }
  }

  /** A newer version is there: rows of this one may have been written by a try that was given up. None where its record cannot be read. */
  #behind({ document, key }: SinkWrite, present: Payload): readonly RowsToCheck[] {
    const rows: Record<string, number> = {}
    for (const { name } of this.#place.tables) {
      const count = countIn(present, name)
      if (count === undefined) return []
      rows[name] = count
    }
    return [{ id: document.id, below: key, orSame: true, rows, fewer: new Set() }]
  }

  /** Payloads of records, by the id whose place they lie in. */
  async #records(ids: readonly string[]): Promise<ReadonlyMap<string, Payload>> {
    const { requests, records, namespace, limits } = this.#place
    const found = new Map<string, Payload>()
    for (const piece of piecesOf(ids, limits.retrieve)) {
      const idBySlot = new Map(piece.map(id => [recordPointId(namespace, id), id]))
      for (const { id: slot, payload } of await requests.retrieve(
        records,
        [...idBySlot.keys()],
        comparedFields
      )) {
        const id = idBySlot.get(String(slot))
        if (id !== undefined && payload) found.set(id, payload)
      }
    }
    return found
  }
}

/** What says whether a write is newer, whether it is there, and how many rows there were. */
const comparedFields: readonly string[] = [
  recordFields.generation,
  recordFields.projection,
  recordFields.height,
  "seal",
  "rows"
]
