import {
  coreError,
  type DocumentId,
  emptyLog,
  type LogEnd,
  type Page,
  type StoredDocument,
  type StoredHead,
  type StoredRecord
} from "@syncline/core"
import type { SqliteConnection, SqliteStatement } from "../driver/sqlite-driver.ts"
import { type RunInTransaction, readTransactions } from "../driver/transaction.ts"
import { type ChainEnds, DocumentChain } from "./document-chain.ts"
import type { HeadBuffer } from "./head-buffer.ts"
import { blobOf, integerOf, type Row, textOf } from "./stored-row.ts"

const headColumns = "d.id, d.position, d.digest, d.body"

/** Everything a session reads, each by a prepared statement that an index answers. */
export class StoreReader {
  readonly #chain: DocumentChain
  readonly #atOnce: RunInTransaction
  readonly #statements: ReturnType<typeof prepareReads>

  readonly #buffer: HeadBuffer

  constructor(connection: SqliteConnection, buffer: HeadBuffer) {
    this.#buffer = buffer
    this.#chain = new DocumentChain(connection)
    this.#atOnce = readTransactions(connection)
    this.#statements = prepareReads(connection)
  }

  head(id: DocumentId): StoredHead | undefined {
    const row = this.#statements.document.get(id) as Row | undefined
    return row && this.#headOf(row)
  }

  document(id: DocumentId): StoredDocument | undefined {
    return this.#atOnce(() => {
      const row = this.#statements.document.get(id) as Row | undefined
      if (row === undefined) return undefined
      const ends = this.#endsOf(row)
      const base = this.#statements.base.get(ends.key) as Row | undefined
      return {
        head: this.#headOf(row),
        ...(base && { base: blobOf(base, "bytes") }),
        records: this.#records(id, ends, 0, Number.POSITIVE_INFINITY)
      }
    })
  }

  heads({ after, collection, limit }: Page & { after?: DocumentId; collection?: string }): StoredHead[] {
    const begin = collection === undefined ? "" : `${collection}/`
    const end = collection === undefined ? undefined : `${collection}0`
    // "0" follows "/" in UTF-8; BINARY collation compares those bytes, so `MAX` and `<` here are the contract's order.
    const rows =
      end === undefined
        ? this.#statements.headsAfter.all(after ?? "", limit)
        : this.#statements.headsWithin.all(after ?? "", begin, end, limit)
    return (rows as Row[]).map(row => this.#headOf(row))
  }

  changedSince({ after, limit }: Page & { after: number }): StoredHead[] {
    const { folded } = this.#buffer
    const heads: StoredHead[] = []
    // Up to `folded` SQLite leaves out rows that are not their document's newest; later ones only the buffer can tell.
    if (after < folded) this.#collect(this.#statements.changedRows.iterate(after, folded), heads, limit)
    if (heads.length < limit)
      this.#collect(this.#statements.laterRows.iterate(Math.max(after, folded)), heads, limit)
    return heads
  }

  log({ after, document, limit }: Page & { after: number; document?: DocumentId }): StoredRecord[] {
    if (document === undefined) return (this.#statements.log.all(after, limit) as Row[]).map(recordOf)
    return this.#atOnce(() => {
      const row = this.#statements.document.get(document) as Row | undefined
      return row === undefined ? [] : this.#records(document, this.#endsOf(row), after, limit)
    })
  }

  hashAt(position: number): Uint8Array | undefined {
    if (position === 0) return emptyLog.hash.slice()
    const row = this.#statements.hash.get(position) as Row | undefined
    return row && blobOf(row, "hash", 16)
  }

  collections(): string[] {
    return (this.#statements.collections.all() as Row[]).map(row => textOf(row, "name"))
  }

  value(space: string, key: string): Uint8Array | undefined {
    const row = this.#statements.value.get(space, key) as Row | undefined
    return row && blobOf(row, "value")
  }

  values({
    space,
    after,
    limit
  }: Page & { space: string; after?: string }): { key: string; value: Uint8Array }[] {
    const rows =
      after === undefined
        ? this.#statements.firstValues.all(space, limit)
        : this.#statements.valuesAfter.all(space, after, limit)
    return (rows as Row[]).map(row => ({ key: textOf(row, "key"), value: blobOf(row, "value") }))
  }

  #collect(rows: Iterable<unknown>, heads: StoredHead[], limit: number): void {
    for (const row of rows as Iterable<Row>) {
      const head = this.#headOf(row)
      if (head.position === row["at"]) heads.push(head)
      if (heads.length >= limit) return
    }
  }

  #headOf(row: Row): StoredHead {
    const id = textOf(row, "id") as DocumentId
    const held = this.#buffer.get(id)
    if (held === undefined) return headOf(row)
    return { ...held, digest: new Uint8Array(held.digest), body: new Uint8Array(held.body) }
  }

  #endsOf(row: Row): ChainEnds {
    const ends = endsOf(row)
    const held = this.#buffer.get(textOf(row, "id") as DocumentId)
    return held === undefined ? ends : { ...ends, position: held.position }
  }

  #records(document: DocumentId, ends: ChainEnds, after: number, limit: number): StoredRecord[] {
    const positions = this.#chain.positions(ends, after, limit)
    return positions.map(position => ({ position, document, bytes: this.#chain.bytes(position) }))
  }
}

function prepareReads(connection: SqliteConnection) {
  const prepare = (sql: string): SqliteStatement => connection.prepare(sql)
  return {
    document: prepare(`SELECT d.key, d.dropped, ${headColumns} FROM syncline_documents d WHERE d.id = ?`),
    base: prepare("SELECT bytes FROM syncline_bases WHERE document = ?"),
    headsAfter: prepare(
      `SELECT ${headColumns} FROM syncline_documents d WHERE d.id > ? ORDER BY d.id LIMIT ?`
    ),
    headsWithin: prepare(
      `SELECT ${headColumns} FROM syncline_documents d WHERE d.id > MAX(?, ?) AND d.id < ? ORDER BY d.id LIMIT ?`
    ),
    // CROSS JOIN keeps SQLite from looking through all documents: a document's newest log row leads to it.
    changedRows: prepare(
      `SELECT l.position AS at, ${headColumns} FROM syncline_log l CROSS JOIN syncline_documents d
       ON d.key = l.document AND d.position = l.position WHERE l.position > ? AND l.position <= ? ORDER BY l.position`
    ),
    laterRows: prepare(
      `SELECT l.position AS at, ${headColumns} FROM syncline_log l CROSS JOIN syncline_documents d
       ON d.key = l.document WHERE l.position > ? ORDER BY l.position`
    ),
    log: prepare(
      `SELECT l.position, l.record, d.id FROM syncline_log l LEFT JOIN syncline_documents d ON d.key = l.document
       WHERE l.position > ? AND l.record IS NOT NULL ORDER BY l.position LIMIT ?`
    ),
    hash: prepare("SELECT hash FROM syncline_log WHERE position = ?"),
    // One seek a collection: from the first id of one to the first id that can be of another.
    collections: prepare(
      `WITH RECURSIVE first(id) AS (
         SELECT MIN(id) FROM syncline_documents
         UNION ALL
         SELECT (SELECT MIN(d.id) FROM syncline_documents d WHERE d.id > substr(first.id, 1, instr(first.id, '/') - 1) || '0')
         FROM first WHERE first.id IS NOT NULL
       ) SELECT substr(id, 1, instr(id, '/') - 1) AS name FROM first WHERE id IS NOT NULL ORDER BY name`
    ),
    value: prepare("SELECT value FROM syncline_values WHERE space = ? AND key = ?"),
    firstValues: prepare("SELECT key, value FROM syncline_values WHERE space = ? ORDER BY key LIMIT ?"),
    valuesAfter: prepare(
      "SELECT key, value FROM syncline_values WHERE space = ? AND key > ? ORDER BY key LIMIT ?"
    )
  }
}

function headOf(row: Row): StoredHead {
  return {
    id: textOf(row, "id") as DocumentId,
    digest: blobOf(row, "digest", 32),
    position: integerOf(row, "position"),
    body: blobOf(row, "body")
  }
}

function recordOf(row: Row): StoredRecord {
  const position = integerOf(row, "position")
  if (row["id"] === null)
    throw coreError(
      "store-corrupt",
      `the document of log position ${position} is missing; run checkIntegrity`,
      {
        details: { position }
      }
    )
  return { position, document: textOf(row, "id") as DocumentId, bytes: blobOf(row, "record") }
}

function endsOf(row: Row): ChainEnds {
  return {
    key: integerOf(row, "key"),
    position: integerOf(row, "position"),
    dropped: integerOf(row, "dropped")
  }
}

/** Where the log of a store ends. */
export function loadLogEnd(connection: SqliteConnection): LogEnd {
  const row = connection
    .prepare("SELECT position, hash FROM syncline_log ORDER BY position DESC LIMIT 1")
    .get()
  if (row === undefined) return emptyLog
  return { position: integerOf(row as Row, "position"), hash: blobOf(row as Row, "hash", 16) }
}
