import { type CellValue, compareOrderKeys, type VectorMatch, type VectorQuery } from "@syncline/core"
import { type CheckedQuery, checkQuery, testHolds } from "@syncline/core/vectors"
import { recordFields, rowFields } from "../points/key-fields.ts"
import { recordPointId } from "../points/point-id.ts"
import type { Payload, PointCondition, StoredPoint } from "../points/point.ts"
import { sentNumbers } from "../points/sent-numbers.ts"
import { keyOf, toEntry } from "../records/record-point.ts"
import { cellsOf, isInPlace } from "../records/row-point.ts"
import { piecesOf, type SinkPlace, within } from "../records/sink-place.ts"
import type { TableCollection } from "../schema/table-collection.ts"
import { serverConditions } from "./search-filter.ts"

interface ScoredPoint extends StoredPoint {
  readonly score: number
}

/** A row that was found, and what its document's record says. */
interface FoundRow {
  readonly id: string
  readonly point: ScoredPoint
  readonly payload: Payload
  readonly record: Payload | undefined
}

/**
 * Nearest rows, by Qdrant's `query`. Rows that their document's record does not know any more are left out; one that is newer, because its document is
 * being written right now, is given without key and digest.
 */
export class VectorSearch {
  readonly #place: SinkPlace

  constructor(place: SinkPlace) {
    this.#place = place
  }

  /** @throws SynclineError `query-invalid`. */
  async nearest(query: VectorQuery): Promise<readonly VectorMatch[]> {
    const checked = checkQuery(this.#place.settings.projection.tables, query)
    const collection = this.#place.tables.find(({ table }) => table === checked.table)
    const conditions = collection && serverConditions(collection, checked.tests)
    if (collection === undefined || conditions === undefined) return []
    // More is asked for where rows had to be left out, until there are enough or no more.
    for (let limit = checked.limit; ; limit *= 4) {
      const points = await this.#query(collection, checked, conditions, limit)
      const matches = await this.#matchesOf(collection, checked, points)
      if (matches.length >= checked.limit || points.length < limit) return matches.slice(0, checked.limit)
    }
  }

  /** In several requests where strict mode bounds what one may ask for. */
  async #query(
    collection: TableCollection,
    checked: CheckedQuery,
    conditions: readonly PointCondition[],
    wanted: number
  ): Promise<readonly ScoredPoint[]> {
    const points: ScoredPoint[] = []
    while (points.length < wanted) {
      const limit = Math.min(wanted - points.length, this.#place.limits.search)
      const page = await this.#page(collection, checked, conditions, { limit, offset: points.length })
      points.push(...page)
      if (page.length < limit) break
    }
    return points
  }

  async #page(
    { name, shape }: TableCollection,
    { vector }: CheckedQuery,
    conditions: readonly PointCondition[],
    { limit, offset }: { readonly limit: number; readonly offset: number }
  ): Promise<readonly ScoredPoint[]> {
    const { requests, settings } = this.#place
    const using = shape.vector?.name ?? ""
    const args = {
      ...requests.reading,
      collection_name: name,
      query: sentNumbers(vector),
      ...(using !== "" && { using }),
      filter: within(this.#place, ...conditions),
      ...(settings.exact && { params: { exact: true } }),
      limit,
      ...(offset > 0 && { offset }),
      with_payload: true,
      with_vector: false
    }
    const { points } = await requests.send<{ readonly points: readonly ScoredPoint[] }>(
      `searching collection ${name}`,
      (api, init) => api.queryPoints(args, init)
    )
    return points
  }

  async #matchesOf(
    collection: TableCollection,
    { table, tests }: CheckedQuery,
    points: readonly ScoredPoint[]
  ): Promise<readonly VectorMatch[]> {
    const fitting = points.flatMap((point): Omit<FoundRow, "record">[] => {
      const payload = point.payload ?? {}
      const id = payload[collection.labelField]
      if (typeof id !== "string" || !isInPlace(collection, id, point)) return []
      const cells = cellsOf(collection, payload) as CellValue[]
      return tests.every(test => testHolds(test, cells[table.columns.indexOf(test.column)] ?? null))
        ? [{ id, point, payload }]
        : []
    })
    const records = await this.#records(fitting.map(({ id }) => id))
    return fitting
      .map(row => ({ ...row, record: records.get(row.id) }))
      .filter(isKnown)
      .map(row => this.#matchOf(collection, row))
  }

  #matchOf(collection: TableCollection, { id, point, payload, record }: FoundRow): VectorMatch {
    const { key, digest } =
      record === undefined || !isOf(record, payload) ? {} : toEntry(id, record, undefined)
    const { table, shape } = collection
    const cells = cellsOf(collection, payload)
    return {
      id,
      ordinal: Number(payload["ordinal"]),
      score: shape.vector?.distance === "Euclid" ? -point.score : point.score,
      ...(key && { key }),
      ...(digest && { digest }),
      row: Object.fromEntries(table.columns.map(({ name }, i) => [name, (cells[i] ?? null) as CellValue]))
    }
  }

  async #records(ids: readonly string[]): Promise<ReadonlyMap<string, Payload>> {
    const { requests, records, namespace, limits } = this.#place
    const fields = ["document", "generation", "projection", "height", "deleted", "digest"]
    const found = new Map<string, Payload>()
    for (const piece of piecesOf([...new Set(ids)], limits.retrieve)) {
      const slots = piece.map(id => recordPointId(namespace, id))
      for (const { payload } of await requests.retrieve(records, slots, fields))
        if (typeof payload?.["document"] === "string") found.set(payload["document"], payload)
    }
    return found
  }
}

/** Whether a row is not of a version before that of its record. */
function isKnown({ payload, record }: FoundRow): boolean {
  return record === undefined || order(payload, record) >= 0
}

function isOf(record: Payload, row: Payload): boolean {
  return order(row, record) === 0
}

/** A record that cannot be read says nothing against a row. */
function order(row: Payload, record: Payload): number {
  const [own, its] = [keyOf(row, rowFields), keyOf(record, recordFields)]
  if (its === undefined) return 1
  return own === undefined ? -1 : compareOrderKeys(own, its)
}
