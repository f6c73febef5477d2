import {
  compareUtf8,
  coreError,
  type IdRange,
  type Projection,
  type RangeFingerprint,
  type Sealer,
  type SinkContent,
  type SinkEntry,
  type SinkRecord,
  type TableLayout
} from "@syncline/core"
import type { SinkAge } from "@syncline/core/projection"
import { type IdbTransaction, keyRanges } from "../driver/idb-driver.ts"
import { keyOfText, textOfKey } from "../store/stored-bytes.ts"
import { mergeContent, toEntry, toSealedEntry, toSinkRecord } from "./found-content.ts"
import { sinkStores } from "./sink-database.ts"
import { findRecord } from "./stored-record.ts"
import { type FoundRow, fromRow } from "./table-rows.ts"
import { strangeKeys, Utf8Range } from "./utf8-range.ts"

type Page = IdRange & { readonly limit: number }

/** Reads what is really there, within transactions of its caller. */
export class ContentReader {
  readonly #tables: readonly TableLayout[]
  readonly #sealer: Sealer

  constructor({ tables }: Projection, sealer: Sealer) {
    this.#tables = tables
    this.#sealer = sealer
  }

  async scan(
    transaction: IdbTransaction,
    page: Page & { readonly contents: boolean }
  ): Promise<readonly SinkEntry[]> {
    const records = await this.#records(transaction, page)
    if (!page.contents) return [...records].map(([id, record]) => toEntry(id, record))
    await this.#mustHaveIds(transaction)
    const range = rangeOf(page, [...records.keys()])
    const tables = await Promise.all(this.#tables.map(table => this.#rows(transaction, table, range)))
    return mergeContent(records, tables).map(content => toSealedEntry(content, this.#sealer))
  }

  /** What lies under an id, to the last bit; `undefined` when nothing does. */
  async record(transaction: IdbTransaction, id: string): Promise<SinkRecord | undefined> {
    const found = await this.content(transaction, id)
    if (found === undefined) return undefined
    const { rows: _, ...record } = found
    return record
  }

  /** The same with its rows. */
  async content(transaction: IdbTransaction, id: string): Promise<SinkContent | undefined> {
    const [record, ...tables] = await Promise.all([
      transaction.objectStore(sinkStores.records).get(keyOfText(id)),
      ...this.#tables.map(table => this.#rowsOf(transaction, table, id))
    ])
    const rows = tables.flat().map(({ row }) => row)
    if (record === undefined && rows.length === 0) return undefined
    return { ...toSinkRecord({ id, record, rows }, this.#sealer), rows }
  }

  async fingerprint(transaction: IdbTransaction, page: Page, age: SinkAge): Promise<RangeFingerprint> {
    const records = await this.#records(transaction, page)
    const ids = [...records.keys()]
    const found = [...records.values()].map(findRecord)
    const range = rangeOf(page, ids)
    const counts = await Promise.all(this.#tables.map(table => this.#count(transaction, table, range)))
    const digests = new Uint8Array(32 * ids.length)
    let rows = 0
    let isRegular = true
    for (const [index, record] of found.entries()) {
      if (record?.digest === undefined || !record.isWellFormed || !isCurrent(record.key, age))
        isRegular = false
      digests.set(record?.digest ?? [], 32 * index)
      rows += Number(record?.rows)
    }
    return {
      count: ids.length,
      ids: ids.join("\n"),
      heights: found.map(record => `${record?.key.height}${record?.deleted === true ? "-" : ""}`).join(","),
      digests,
      regular: isRegular && rows === counts.reduce((sum, count) => sum + count, 0)
    }
  }

  /** Bookkeeping by id, in the order of ids. */
  async #records(
    transaction: IdbTransaction,
    { after, through, limit }: Page
  ): Promise<Map<string, unknown>> {
    if (isEmpty({ after, through })) return new Map()
    const store = transaction.objectStore(sinkStores.records)
    const lower = keyOfText(after ?? "")
    const ranges = keyRanges()
    const range =
      through === undefined
        ? ranges.lowerBound(lower, after !== undefined)
        : ranges.bound(lower, keyOfText(through), after !== undefined)
    const [keys, rows] = await Promise.all([store.getAllKeys(range, limit), store.getAll(range, limit)])
    return new Map(keys.map((key, index) => [textOfKey(key), rows[index]]))
  }

  async #rows(transaction: IdbTransaction, table: TableLayout, range: IdRange): Promise<FoundRow[]> {
    if (isEmpty(range)) return []
    const ids = new Utf8Range(range)
    const keys = table.child ? ids.childKeys() : ids.keys()
    const rows = await transaction.objectStore(table.name).getAll(keys)
    return rows.map(row => fromRow(table, row)).filter(({ id }) => ids.holds(id))
  }

  async #rowsOf(transaction: IdbTransaction, table: TableLayout, id: string): Promise<FoundRow[]> {
    const store = transaction.objectStore(table.name)
    if (table.child) {
      const rows = await store.getAll(keyRanges().bound([id], [id, []]))
      return rows.map(row => fromRow(table, row))
    }
    const row = await store.get(id)
    return row === undefined ? [] : [fromRow(table, row)]
  }

  async #count(transaction: IdbTransaction, table: TableLayout, range: IdRange): Promise<number> {
    if (isEmpty(range)) return 0
    const ids = new Utf8Range(range)
    const keys = table.child ? ids.childKeys() : ids.keys()
    if (ids.isExact) return transaction.objectStore(table.name).count(keys)
    return (await this.#rows(transaction, table, range)).length
  }

  /** Rows under what is no text would never be in any range, and be taken for none. */
  async #mustHaveIds(transaction: IdbTransaction): Promise<void> {
    for (const { name, child } of this.#tables) {
      const store = transaction.objectStore(name)
      const counts = await Promise.all(strangeKeys(child).map(keys => store.count(keys)))
      if (counts.every(count => count === 0)) continue
      throw coreError(
        "sink-foreign",
        `the object store ${name} has rows whose key is no text, which the sink did not write; remove them`,
        { details: { table: name } }
      )
    }
  }
}

function isCurrent(key: SinkAge, age: SinkAge): boolean {
  return key.generation === age.generation && key.projection === age.projection
}

/** What the records of a page stand for: up to the last of them, or where it ends. */
function rangeOf({ after, through, limit }: Page, ids: readonly string[]): IdRange {
  const last = ids.length < limit ? through : ids.at(-1)
  return { ...(after !== undefined && { after }), ...(last !== undefined && { through: last }) }
}

/** IndexedDB refuses ranges in which nothing can lie. */
function isEmpty({ after, through }: { after?: string | undefined; through?: string | undefined }): boolean {
  return after !== undefined && through !== undefined && compareUtf8(after, through) >= 0
}
