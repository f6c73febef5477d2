import type { SinkContent, SinkRecord } from "@syncline/core"
import type { StoredPoint } from "../points/point.ts"
import type { TableCollection } from "../schema/table-collection.ts"
import { allPoints } from "./all-points.ts"
import { type BareRows, bareRows } from "./bare-rows.ts"
import { piecesOf, type SinkPlace, within } from "./sink-place.ts"
import { rowsOf, type StoredDocument, type StoredRow, toSinkRecord } from "./stored-document.ts"

/** Ids in one filter, at most: a page of rows should have most of them. */
const idsAtATime = 100

/** Requests under way at a time. */
const readsAtATime = 4

/** Reads what is there under document ids, whoever wrote it and wherever it lies: by the id in the payload, not by the point's. */
export class DocumentReader {
  readonly #place: SinkPlace

  constructor(place: SinkPlace) {
    this.#place = place
  }

  /** Those that have something, in the order asked for. `bare`: the rows without a vector, where they are known. */
  async read(ids: readonly string[], bare?: BareRows): Promise<readonly SinkRecord[]> {
    const stored = await this.load(ids, bare)
    return stored.flatMap(each => toSinkRecord(this.#place, each) ?? [])
  }

  /** The same with their rows. */
  async readRows(ids: readonly string[]): Promise<readonly SinkContent[]> {
    const stored = await this.load(ids)
    return stored.flatMap(each => {
      const record = toSinkRecord(this.#place, each)
      return record === undefined ? [] : [{ ...record, rows: rowsOf(this.#place, each) }]
    })
  }

  /** Everything there is under each id, in the order asked for. */
  async load(ids: readonly string[], bare?: BareRows): Promise<readonly StoredDocument[]> {
    const pieces = piecesOf([...new Set(ids)], Math.min(idsAtATime, this.#place.limits.list))
    const loaded = new Map<string, StoredDocument>()
    for (const several of piecesOf(pieces, readsAtATime))
      for (const documents of await Promise.all(several.map(piece => this.#loadPiece(piece, bare))))
        for (const document of documents) loaded.set(document.id, document)
    return ids.flatMap(id => loaded.get(id) ?? [])
  }

  async #loadPiece(ids: readonly string[], bare: BareRows | undefined): Promise<readonly StoredDocument[]> {
    const { records: collection, tables } = this.#place
    const [recordPoints, rowLists] = await Promise.all([
      allPoints(this.#place, {
        collection,
        filter: within(this.#place, { key: "document", match: { any: ids } }),
        payload: true
      }),
      Promise.all(tables.map(table => this.#rowsOf(table, ids, bare)))
    ])
    const documents = new Map(
      ids.map(id => [id, { id, records: [] as StoredPoint[], rows: [] as StoredRow[] }])
    )
    for (const point of recordPoints) documents.get(labelOf(point, "document"))?.records.push(point)
    for (const row of rowLists.flat()) documents.get(labelOf(row.point, row.table.labelField))?.rows.push(row)
    return [...documents.values()]
  }

  async #rowsOf(
    table: TableCollection,
    ids: readonly string[],
    known: BareRows | undefined
  ): Promise<readonly StoredRow[]> {
    const { name, labelField, shape } = table
    const theirs = { key: labelField, match: { any: ids } }
    const points = await allPoints(this.#place, {
      collection: name,
      filter: within(this.#place, theirs),
      payload: true
    })
    if (shape.vector === undefined || points.length === 0)
      return points.map(point => ({ point, table, hasVector: true }))
    const bare = known?.get(name) ?? (await bareRows(this.#place, table, theirs))
    return points.map(point => ({ point, table, hasVector: !bare.has(point.id) }))
  }
}

/** A label may be an array of several: then the point is under each of them for the server, and under none for us. */
function labelOf({ payload }: StoredPoint, field: string): string {
  const label = payload?.[field]
  return typeof label === "string" ? label : ""
}
