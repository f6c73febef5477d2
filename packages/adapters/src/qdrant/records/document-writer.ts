import { compareOrderKeys, type OrderKey, type SinkWrite } from "@syncline/core"
import { lowerThan } from "../points/key-filter.ts"
import { recordPointId, rowPointId } from "../points/point-id.ts"
import type { Payload, SentPoint } from "../points/point.ts"
import { countIn, keyOf, recordFields, recordPayload, type RowCounts } from "./record-point.ts"
import { packed } from "./request-packer.ts"
import { rowFields } from "./row-point.ts"
import { highestOf, rowPoints, type SealedWrite, sealWrite } from "./sealed-write.ts"
import { piecesOf, type SinkPlace } from "./sink-place.ts"

/** A write, and what there was before. */
export interface PlannedWrite extends SealedWrite {
  readonly before: Payload | undefined
}

/**
 * Writes documents whose key is higher than what is there: rows first, then the rows that a document has no more are deleted, its record last. So a
 * record never tells of rows that are not there, and whoever dies in between has written nothing that counts.
 *
 * Each point is written on the condition that what is there has a lower key, where the server has conditions. It does not say which did not hold, so
 * records are read again: who lost takes back the rows that the winner does not have.
 */
export class DocumentWriter {
  readonly #place: SinkPlace

  constructor(place: SinkPlace) {
    this.#place = place
  }

  /** Compares writes with what is there; nothing is written yet. */
  plan(writes: readonly SinkWrite[]): Promise<readonly PlannedWrite[]> {
    return this.#plan(highestOf(writes))
  }

  async write(planned: readonly PlannedWrite[]): Promise<void> {
    if (planned.length === 0) return
    await this.#writeRows(planned)
    await this.#deleteSurplus(planned.map(({ record, before }) => [record.id, record.rows, before]))
    await this.writeRecords(planned)
    if (this.#place.conditions) await this.#takeBack(planned)
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

  /** Deletes points by their ids. */
  async deletePoints(collection: string, ids: readonly (string | number | bigint)[]): Promise<void> {
    const { requests, settings, limits } = this.#place
    for (const points of piecesOf(ids, limits.upsert))
      await requests.update(collection, [{ delete: { points } }], settings.ordering)
  }

  get #limits(): { readonly points: number; readonly bytes: number } {
    return { points: this.#place.limits.upsert, bytes: this.#place.settings.maxRequestBytes }
  }

  #condition<Filter>(filter: (key: OrderKey) => Filter): (key: OrderKey) => Filter | undefined {
    return key => (this.#place.conditions ? filter(key) : undefined)
  }

  /** The writes that are newer than what is there. */
  async #plan(writes: readonly SinkWrite[]): Promise<readonly PlannedWrite[]> {
    const present = await this.#records(writes.map(({ document }) => document.id))
    return writes.flatMap(write => {
      const before = present.get(write.document.id)
      const key = before && keyOf(before, recordFields)
      if (key !== undefined && compareOrderKeys(key, write.key) >= 0) return []
      return [{ ...sealWrite(this.#place, write), before }]
    })
  }

  async #writeRows(planned: readonly PlannedWrite[]): Promise<void> {
    const { tables, requests, settings, tenant } = this.#place
    const condition = this.#condition(key => lowerThan(rowFields, key))
    const writing = tables.map(async table => {
      for (const operations of packed(rowPoints(table, planned, tenant), this.#limits, condition))
        await requests.update(table.name, operations, settings.ordering)
    })
    await Promise.all(writing)
  }

  /** Deletes the rows beyond those that are to stay, as far as the record of them says. */
  async #deleteSurplus(
    documents: readonly (readonly [id: string, stay: RowCounts, present: Payload | undefined])[]
  ): Promise<void> {
    const deleting = this.#place.tables.map(async ({ name, namespace }) => {
      const ids: string[] = []
      for (const [id, stay, present] of documents) {
        const count = present === undefined ? 0 : (countIn(present, name) ?? 0)
        for (let ordinal = stay[name] ?? 0; ordinal < Math.min(count, mostSurplus); ordinal++)
          ids.push(rowPointId(namespace, id, ordinal))
      }
      await this.deletePoints(name, ids)
    })
    await Promise.all(deleting)
  }

  /** Where another writer was newer after all: rows of ours beyond its own. */
  async #takeBack(planned: readonly PlannedWrite[]): Promise<void> {
    const seals = await this.#records(
      planned.map(({ record }) => record.id),
      ["seal"]
    )
    const changed = planned.filter(({ record }) => seals.get(record.id)?.["seal"] !== record.seal)
    if (changed.length === 0) return
    const present = await this.#records(changed.map(({ record }) => record.id))
    const lost = changed.flatMap(({ record }) => {
      const now = present.get(record.id)
      const key = now && keyOf(now, recordFields)
      if (now === undefined || key === undefined || compareOrderKeys(key, record.key) <= 0) return []
      const stay = Object.fromEntries(this.#place.tables.map(({ name }) => [name, countIn(now, name) ?? 0]))
      return [[record.id, stay, recordPayload(record)] as const]
    })
    await this.#deleteSurplus(lost)
  }

  /** Payloads of records, by the id whose place they lie in. */
  async #records(
    ids: readonly string[],
    fields: readonly string[] = comparedFields
  ): Promise<ReadonlyMap<string, Payload>> {
    const { requests, records, namespace, limits } = this.#place
    const found = new Map<string, Payload>()
    for (const piece of piecesOf(ids, limits.retrieve)) {
      const idBySlot = new Map(piece.map(id => [recordPointId(namespace, id), id]))
      for (const { id: slot, payload } of await requests.retrieve(records, [...idBySlot.keys()], fields)) {
        const id = idBySlot.get(String(slot))
        if (id !== undefined && payload) found.set(id, payload)
      }
    }
    return found
  }
}

/** What says whether a write is newer, and how many rows there were. */
const comparedFields: readonly string[] = [
  recordFields.generation,
  recordFields.projection,
  recordFields.height,
  "rows"
]

/** A record that was forged may tell of any number of rows. */
const mostSurplus = 1_000_000
