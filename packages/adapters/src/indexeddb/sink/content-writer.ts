import {
  collectionOf,
  compareOrderKeys,
  type OrderKey,
  type Projection,
  sealedRows,
  type Sealer,
  type SinkWrite,
  type TableLayout
} from "@syncline/core"
import { type IdbTransaction, keyRanges } from "../driver/idb-driver.ts"
import { keyOfText, ownBytes } from "../store/stored-bytes.ts"
import { sinkStores } from "./sink-database.ts"
import { findRecord, type StoredRecord } from "./stored-record.ts"
import { toRow } from "./table-rows.ts"

/** Writes records and their rows, within transactions of its caller. Requests are made at once and waited for together. */
export class ContentWriter {
  readonly #tables: readonly TableLayout[]
  readonly #sealer: Sealer

  constructor({ tables }: Projection, sealer: Sealer) {
    this.#tables = tables
    this.#sealer = sealer
  }

  /** Writes those whose key is higher than what is there. */
  async writeNewer(transaction: IdbTransaction, writes: readonly SinkWrite[]): Promise<void> {
    const records = transaction.objectStore(sinkStores.records)
    const found = await Promise.all(writes.map(({ document: { id } }) => records.get(keyOfText(id))))
    // A batch may have one document several times.
    const newest = new Map<string, SinkWrite>()
    for (const [index, write] of writes.entries()) {
      const { id } = write.document
      const present: OrderKey | undefined = newest.get(id)?.key ?? findRecord(found[index])?.key
      if (present !== undefined && compareOrderKeys(present, write.key) >= 0) continue
      newest.set(id, write)
    }
    await Promise.all(
      [...newest.values()].map(write => {
        const stale = this.#tables.filter(({ collection }) => takes(collection, write))
        return this.#write(transaction, write, stale)
      })
    )
  }

  /** Puts this in place of whatever lies under an id. */
  async replace(transaction: IdbTransaction, id: string, write: SinkWrite | undefined): Promise<void> {
    if (write !== undefined) return this.#write(transaction, write, this.#tables)
    await Promise.all([
      transaction.objectStore(sinkStores.records).delete(keyOfText(id)),
      ...this.#tables.map(table => remove(transaction, table, id))
    ])
  }

  /** `stale` are the tables that may have rows of this document. */
  async #write(
    transaction: IdbTransaction,
    { document: { id, digest, deleted }, key, content }: SinkWrite,
    stale: readonly TableLayout[]
  ): Promise<void> {
    const rows = sealedRows(this.#tables, content)
    const seal = this.#sealer.seal({ id, key, digest, deleted, rows })
    const { generation, projection, height } = key
    const record: StoredRecord = {
      generation,
      projection,
      height,
      deleted,
      rows: rows.length,
      digest: ownBytes(digest),
      seal
    }
    // A document's own row is overwritten; of children there may be fewer than before.
    const written = new Set(rows.map(({ table }) => table))
    const removed = stale.filter(table => table.child || !written.has(table))
    await Promise.all([
      ...removed.map(table => remove(transaction, table, id)),
      transaction.objectStore(sinkStores.records).put(record, keyOfText(id)),
      ...rows.map(row => transaction.objectStore(row.table.name).put(toRow(row, id)))
    ])
  }
}

function takes(collection: string | undefined, { document: { id } }: SinkWrite): boolean {
  return collection === undefined || collection === collectionOf(id)
}

function remove(transaction: IdbTransaction, { name, child }: TableLayout, id: string): Promise<void> {
  return transaction.objectStore(name).delete(child ? keyRanges().bound([id], [id, []]) : id)
}
