import {
  checkBatch,
  type DocumentWrite,
  type LogEnd,
  rememberedPositions,
  type StoreBatch
} from "@syncline/core"
import type { SqliteConnection, SqliteStatement } from "../driver/sqlite-driver.ts"
import { type RunInTransaction, writeTransactions } from "../driver/transaction.ts"
import { type DocumentKey, DocumentKeys } from "./document-keys.ts"
import { LogSweeper } from "./log-sweeper.ts"

/** Writes batches, each in one transaction. There is one per database, guarded by the write lock. */
export class BatchWriter {
  readonly #keys: DocumentKeys
  readonly #inTransaction: RunInTransaction
  readonly #sweeper: LogSweeper
  readonly #insertDocument: SqliteStatement
  readonly #updateDocument: SqliteStatement
  readonly #insertRecord: SqliteStatement
  readonly #replaceBase: SqliteStatement
  readonly #setDropped: SqliteStatement
  readonly #replaceValue: SqliteStatement
  readonly #deleteValue: SqliteStatement

  constructor(connection: SqliteConnection) {
    this.#keys = new DocumentKeys(connection)
    this.#inTransaction = writeTransactions(connection)
    this.#sweeper = new LogSweeper(connection)
    this.#insertDocument = connection.prepare(
      "INSERT INTO syncline_documents (id, position, dropped, digest, body) VALUES (?, ?, 0, ?, ?)"
    )
    this.#updateDocument = connection.prepare(
      "UPDATE syncline_documents SET position = ?, digest = ?, body = ? WHERE key = ?"
    )
    this.#insertRecord = connection.prepare("INSERT INTO syncline_log VALUES (?, ?, ?, ?, ?)")
    this.#replaceBase = connection.prepare("INSERT OR REPLACE INTO syncline_bases VALUES (?, ?)")
    this.#setDropped = connection.prepare("UPDATE syncline_documents SET dropped = ? WHERE key = ?")
    this.#replaceValue = connection.prepare("INSERT OR REPLACE INTO syncline_values VALUES (?, ?, ?)")
    this.#deleteValue = connection.prepare("DELETE FROM syncline_values WHERE space = ? AND key = ?")
  }

  /** All or nothing; gives the end of the log after it. */
  append(end: LogEnd, batch: StoreBatch): LogEnd {
    const next = checkBatch(end, batch, id => this.#keys.get(id)?.position)
    try {
      this.#inTransaction(() => this.#write(batch, next))
    } catch (failure) {
      this.#keys.forget()
      this.#sweeper.forget()
      throw failure
    }
    return next
  }

  #write({ documents, values = [] }: StoreBatch, end: LogEnd): void {
    let dropping = false
    for (const write of documents) {
      this.#writeDocument(write)
      dropping ||= write.dropThrough !== undefined
    }
    for (const { space, key, value } of values) {
      if (value === null) this.#deleteValue.run(space, key)
      else this.#replaceValue.run(space, key, value)
    }
    if (dropping) this.#sweeper.sweep(end.position - rememberedPositions)
  }

  #writeDocument({ head, record, base, dropThrough }: DocumentWrite): void {
    const known = this.#keys.get(head.id)
    const previous = known?.position ?? 0
    const document = known ?? this.#insert(head)
    if (known !== undefined) this.#updateDocument.run(head.position, head.digest, head.body, known.key)
    document.position = head.position
    if (record !== undefined) {
      this.#insertRecord.run(head.position, document.key, previous, record.logHash, record.bytes)
      if (previous !== 0 && previous <= document.dropped) this.#sweeper.superseded(previous)
    }
    if (base !== undefined) this.#replaceBase.run(document.key, base)
    if (dropThrough !== undefined) this.#drop(document, dropThrough)
  }

  #insert({ id, position, digest, body }: DocumentWrite["head"]): DocumentKey {
    const { lastInsertRowid } = this.#insertDocument.run(id, position, digest, body)
    const document = { key: Number(lastInsertRowid), position, dropped: 0 }
    this.#keys.add(id, document)
    return document
  }

  #drop(document: DocumentKey, through: number): void {
    const dropped = Math.min(through, document.position)
    if (dropped <= document.dropped) return
    this.#sweeper.drop(document, dropped)
    this.#setDropped.run(dropped, document.key)
    document.dropped = dropped
  }
}
