import {
  compareUtf8,
  type IdRange,
  type Projection,
  type RangeFingerprint,
  type SealedRow,
  type Sealer,
  type SinkContent,
  type SinkEntry,
  type SinkRecord,
  type TableLayout
} from "@syncline/core"
import { vectorHash, vectorOfBytes } from "@syncline/core/vectors"
import type { SqliteConnection } from "../driver/sqlite-driver.ts"
import { prepareExact, prepareRaw, type RawRow, type RawStatement } from "./raw-statement.ts"
import { mayHideBytes, mustBeUtf8 } from "./key-bytes.ts"
import {
  readableColumns,
  recordColumns,
  type StoredContent,
  toEntry,
  toSealedEntry,
  toToken
} from "./record-row.ts"
import { completeRowText, recordText, rowTextColumns } from "./seal-text.ts"
import type { SinkFacts } from "./sink-schema.ts"
import { inRange, keyColumns, rangeParameters, vectorTable } from "./table-sql.ts"

/** Key columns come last, so that taking them off leaves a row's values. */
interface TableQueries {
  readonly layout: TableLayout
  readonly range: RawStatement
  readonly texts: RawStatement
  readonly count: RawStatement
  readonly keys: RawStatement
  readonly exact: RawStatement
  /** In a table with vectors: the hash and the vector of each row. */
  readonly vectors?: RawStatement
}

/** Reads what is there, whoever wrote it. Synchronous; the caller holds a transaction, so that all is of one moment. */
export class RecordReader {
  readonly #tables: readonly TableQueries[]
  readonly #sealer: Sealer
  readonly #records: RawStatement
  readonly #recordTexts: RawStatement
  readonly #recordKeys: RawStatement
  readonly #exactRecord: RawStatement
  readonly #fingerprint: RawStatement

  constructor(connection: SqliteConnection, projection: Projection, sealer: Sealer) {
    this.#sealer = sealer
    this.#tables = projection.tables.map(table => queriesOf(connection, table))
    const page = `FROM syncline_records WHERE ${inRange("id")} ORDER BY id LIMIT ?`
    this.#records = prepareRaw(connection, `SELECT ${readableColumns} ${page}`)
    this.#recordTexts = prepareRaw(connection, `SELECT id, ${recordText}, hex(seal) ${page}`)
    this.#recordKeys = prepareRaw(
      connection,
      `SELECT hex(id) FROM syncline_records WHERE ${inRange("id")} ORDER BY id LIMIT ?`
    )
    this.#exactRecord = prepareExact(
      connection,
      `SELECT ${readableColumns} FROM syncline_records WHERE id = ?`
    )
    // group_concat follows the order of the subquery, which LIMIT keeps from being merged into the outer query. Its
    // result is bytes as they were: the text it makes of blobs is not decoded on the way. total() never overflows.
    this.#fingerprint = prepareRaw(
      connection,
      `SELECT count(*), max(id), group_concat(id, char(10)),
        group_concat(height || CASE deleted WHEN 0 THEN '' WHEN 1 THEN '-' ELSE '?' END),
        CAST(group_concat(digest, '') AS BLOB), total(row_count),
        total(generation = ? AND projection = ? AND length(digest) = 32)
      FROM (SELECT ${recordColumns} ${page})`
    )
  }

  scan({
    after,
    through,
    limit,
    contents
  }: IdRange & { limit: number; contents: boolean }): readonly SinkEntry[] {
    const records = this.#records.all(...rangeParameters(after, through), limit)
    if (records.some(([id]) => mayHideBytes(id)))
      mustBeUtf8("syncline_records", "id", this.#recordKeys.all(...rangeParameters(after, through), limit))
    if (!contents) return records.map(record => toEntry(record, undefined))
    const end = records.length === limit ? (records.at(-1)?.[0] as string) : through
    const parameters = rangeParameters(after, end)
    const readers = this.#tables.map(table => readRange(table, parameters))
    return mergeById(records, readers).map(stored => toSealedEntry(stored, this.#sealer))
  }

  fingerprint(range: IdRange & { limit: number }, facts: SinkFacts): RangeFingerprint {
    const { after, through, limit } = range
    const row = this.#fingerprint.get(
      facts.generation,
      facts.projection,
      ...rangeParameters(after, through),
      limit
    ) as [number, string | null, string | null, string | null, Uint8Array | null, number, number]
    const [count, last, ids, heights, digests, rows, regular] = row
    const parameters = rangeParameters(after, count === limit ? (last ?? undefined) : through)
    const counted = this.#tables.reduce((sum, table) => sum + Number(table.count.get(...parameters)?.[0]), 0)
    return {
      count,
      ids: ids ?? "",
      heights: heights ?? "",
      digests: digests ?? new Uint8Array(0),
      regular: regular === count && rows === counted
    }
  }

  /** Whether every seal in a range fits, and nothing lies there that no record stands for. */
  sealsHold({ after, through, limit }: IdRange & { limit: number }): boolean {
    const records = this.#recordTexts.all(...rangeParameters(after, through), limit)
    const end = records.length === limit ? (records.at(-1)?.[0] as string) : through
    const parameters = rangeParameters(after, end)
    const tables = this.#tables.map(({ layout, texts }) => new TextCursor(layout, texts.all(...parameters)))
    for (const [id, text, seal] of records) {
      let whole = text as string
      for (const table of tables) whole += table.take(id as string)
      if (this.#sealer.sealText(whole) !== seal) return false
    }
    return tables.every(table => table.done) && this.#tables.every(table => vectorsFit(table, parameters))
  }

  /** What lies under an id, to the last bit; `undefined` when nothing does. */
  readExactly(id: string): SinkRecord | undefined {
    const { rows: _, ...record } = this.readContent(id) ?? {}
    return "token" in record ? record : undefined
  }

  /** The same with its rows. */
  readContent(id: string): SinkContent | undefined {
    const rows = this.#tables.flatMap(({ layout, exact }) => exact.all(id).map(row => takeRow(layout, row)))
    const record = this.#exactRecord.get(id)
    if (record === undefined && rows.length === 0) return undefined
    const stored = { id, record, rows }
    return { ...toSealedEntry(stored, this.#sealer), token: toToken(stored, this.#sealer), rows }
  }
}

function queriesOf(connection: SqliteConnection, table: TableLayout): TableQueries {
  const [id = "id", ordinal] = keyColumns(table)
  const columns = table.columns.map(({ name }) => name)
  const keys = ordinal === undefined ? [id] : [ordinal, id]
  const vector = table.vector && `(SELECT embedding FROM ${vectorTable(table)} WHERE rowid = vector_id)`
  const select = `SELECT ${[...columns, ...(vector === undefined ? [] : [vector]), ...keys].join(", ")} FROM ${table.name}`
  const order = `ORDER BY ${keyColumns(table).join(", ")}`
  return {
    layout: table,
    range: prepareRaw(connection, `${select} WHERE ${inRange(id)} ${order}`),
    texts: prepareRaw(
      connection,
      `SELECT ${rowTextColumns(table).join(", ")} FROM ${table.name} WHERE ${inRange(id)} ${order}`
    ),
    keys: prepareRaw(connection, `SELECT hex(${id}) FROM ${table.name} WHERE ${inRange(id)}`),
    count: prepareRaw(connection, `SELECT count(*) FROM ${table.name} WHERE ${inRange(id)}`),
    exact: prepareExact(connection, `${select} WHERE ${id} = ? ${order}`),
    ...(vector !== undefined && {
      vectors: prepareRaw(connection, `SELECT vector_hash, ${vector} FROM ${table.name} WHERE ${inRange(id)}`)
    })
  }
}

/**
 * The rows of a range, if their keys are text. SQLite keeps any bytes as text; JavaScript would see other keys than
 * those in the table, could neither find nor page past them, and would take such rows for none.
 */
function readRange({ layout, range, keys }: TableQueries, parameters: readonly unknown[]): RowCursor {
  const rows = range.all(...parameters)
  const [id = "id"] = keyColumns(layout)
  if (rows.some(row => mayHideBytes(row.at(-1)))) mustBeUtf8(layout.name, id, keys.all(...parameters))
  return new RowCursor(layout, rows)
}

/** Whether each row of a range has the vector that its hash says. */
function vectorsFit({ vectors }: TableQueries, parameters: readonly unknown[]): boolean {
  if (vectors === undefined) return true
  return vectors
    .all(...parameters)
    .every(
      ([hash, vector]) =>
        hash instanceof Uint8Array &&
        vector instanceof Uint8Array &&
        Buffer.from(vectorHash(vectorOfBytes(vector))).equals(hash)
    )
}

/** Takes the key columns off a row, in place, and the vector if there is one. */
function takeRow(table: TableLayout, row: RawRow): SealedRow {
  row.pop()
  const ordinal = table.child ? (row.pop() as number) : 0
  const vector = table.vector === undefined ? undefined : row.pop()
  const taken = { table, ordinal, values: row }
  return vector instanceof Uint8Array ? { ...taken, vector: vectorOfBytes(vector) } : taken
}

/** The rows of one table in id order, handed out document by document. */
class RowCursor {
  readonly #table: TableLayout
  readonly #rows: readonly RawRow[]
  #at = 0

  constructor(table: TableLayout, rows: readonly RawRow[]) {
    this.#table = table
    this.#rows = rows
  }

  /** The id of the next row. */
  get id(): string | undefined {
    return this.#rows[this.#at]?.at(-1) as string | undefined
  }

  /** Hands out the rows of a document, if they are next. */
  take(id: string, out: SealedRow[]): void {
    for (let row = this.#rows[this.#at]; row !== undefined && row.at(-1) === id; row = this.#rows[this.#at]) {
      out.push(takeRow(this.#table, row))
      this.#at++
    }
  }
}

/** The texts of one table's rows in id order, handed out document by document. */
class TextCursor {
  readonly #table: TableLayout
  readonly #rows: readonly RawRow[]
  #at = 0

  constructor(table: TableLayout, rows: readonly RawRow[]) {
    this.#table = table
    this.#rows = rows
  }

  /** Whether all were handed out; a row without a record stops the rest. */
  get done(): boolean {
    return this.#at === this.#rows.length
  }

  /** The texts of a document's rows, if they are next. */
  take(id: string): string {
    let text = ""
    for (let row = this.#rows[this.#at]; row !== undefined && row.at(-1) === id; row = this.#rows[this.#at]) {
      row.pop()
      text += completeRowText(this.#table, row)
      this.#at++
    }
    return text
  }
}

/** Brings bookkeeping and content together; content without bookkeeping stands between, in its place. */
function mergeById(records: readonly RawRow[], tables: readonly RowCursor[]): StoredContent[] {
  const merged: StoredContent[] = []
  const take = (id: string, record: RawRow | undefined): void => {
    const rows: SealedRow[] = []
    for (const table of tables) table.take(id, rows)
    merged.push({ id, record, rows })
  }
  for (const record of records) {
    const id = record[0] as string
    for (let stray = firstBefore(tables, id); stray !== undefined; stray = firstBefore(tables, id))
      take(stray, undefined)
    take(id, record)
  }
  for (
    let stray = firstBefore(tables, undefined);
    stray !== undefined;
    stray = firstBefore(tables, undefined)
  )
    take(stray, undefined)
  return merged
}

/** The lowest id of the next rows, if it is below `id`. */
function firstBefore(tables: readonly RowCursor[], id: string | undefined): string | undefined {
  let lowest: string | undefined
  for (const table of tables) {
    const next = table.id
    if (next === undefined || next === id || (id !== undefined && compareUtf8(next, id) > 0)) continue
    if (lowest === undefined || compareUtf8(next, lowest) < 0) lowest = next
  }
  return lowest
}
