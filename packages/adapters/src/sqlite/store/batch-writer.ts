import {
  checkBatch,
  type DocumentId,
  type DocumentWrite,
  type LogEnd,
  rememberedPositions,
  type StoreBatch
} from "@syncline/core"
import type { SqliteConnection, SqliteStatement } from "../driver/sqlite-driver.ts"
import { type RunInTransaction, writeTransactions } from "../driver/transaction.ts"
import { type DocumentKey, DocumentKeys } from "./document-keys.ts"
import type { HeadBuffer } from "./head-buffer.ts"
import { LogSweeper } from "./log-sweeper.ts"
import type { BufferedHead } from "./packed-heads.ts"

/** What one batch does to heads: held back in the buffer, or written to their rows past it. */
interface HeadChanges {
  readonly held: Map<DocumentId, BufferedHead>
  readonly current: Set<DocumentId>
}

/** Writes batches, each in one transaction. There is one per database, guarded by the write lock. */
export class BatchWriter {
  readonly #keys: DocumentKeys
  readonly #buffer: HeadBuffer
  readonly #inTransaction: RunInTransaction
  readonly #sweeper: LogSweeper
  readonly #insertDocument: SqliteStatement
  readonly #updateDocument: SqliteStatement
  readonly #insertRecord: SqliteStatement
  readonly #replaceBase: SqliteStatement
  readonly #setDropped: SqliteStatement
  readonly #replaceValue: SqliteStatement
  readonly #deleteValue: SqliteStatement

  constructor(connection: SqliteConnection, buffer: HeadBuffer) {
    this.#buffer = buffer
    this.#keys = new DocumentKeys(connection, buffer)
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
    const sweeping = batch.documents.some(({ dropThrough }) => dropThrough !== undefined)
    const folding = this.#buffer.isFull
    const changes: HeadChanges = { held: new Map(), current: new Set() }
    const packed = this.#attempt(() => {
      if (folding) this.#buffer.fold(end.position)
      if (sweeping) this.#sweeper.sweep(end.position - rememberedPositions)
      this.#write(batch, changes)
      if (next.position > end.position)
        return this.#buffer.write(end.position + 1, next.position, changes.held.values())
      return []
    })
    if (folding) this.#buffer.applyFold(end.position)
    if (next.position > end.position) this.#buffer.apply([...changes.held.keys()], packed, changes.current)
    else this.#buffer.release(changes.current)
    return next
  }

  /** Brings every document's row up to date. */
  fold(end: LogEnd): void {
    if (this.#buffer.isEmpty) return
    this.#attempt(() => this.#buffer.fold(end.position))
    this.#buffer.applyFold(end.position)
  }

  #attempt<T>(action: () => T): T {
    try {
      return this.#inTransaction(action)
    } catch (failure) {
      this.#keys.forget()
      this.#sweeper.forget()
      throw failure
    }
  }

  #write({ documents, values = [] }: StoreBatch, changes: HeadChanges): void {
    for (const write of documents) this.#writeDocument(write, changes)
    for (const { space, key, value } of values) {
      if (value === null) this.#deleteValue.run(space, key)
      else this.#replaceValue.run(space, key, value)
    }
  }

  #writeDocument(write: DocumentWrite, changes: HeadChanges): void {
    const { head, record, base, dropThrough } = write
    const known = this.#keys.get(head.id)
    const document = known ?? this.#insert(head)
    // The batch first: what it holds back is in no row yet, and the keys may have been forgotten meanwhile.
    const previous = known === undefined ? 0 : (changes.held.get(head.id)?.head.position ?? known.position)
    document.position = head.position
    if (record !== undefined)
      this.#insertRecord.run(head.position, document.key, previous, record.logHash, record.bytes)
    const superseding = record !== undefined && previous !== 0 && previous <= document.dropped
    if (superseding) this.#sweeper.superseded(previous)
    if (known !== undefined) {
      // The ordinary case is held back. Not where log rows are dropped: the sweeper goes by the documents' rows.
      if (record !== undefined && dropThrough === undefined && !superseding) hold(changes, document.key, head)
      else this.#writeRow(document.key, head, changes)
    }
    if (base !== undefined) this.#replaceBase.run(document.key, base)
    if (dropThrough !== undefined) this.#drop(document, dropThrough)
  }

  #writeRow(key: number, head: DocumentWrite["head"], { held, current }: HeadChanges): void {
    this.#updateDocument.run(head.position, head.digest, head.body, key)
    held.delete(head.id)
    current.add(head.id)
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

function hold({ held, current }: HeadChanges, key: number, head: DocumentWrite["head"]): void {
  held.set(head.id, { key, head })
  current.delete(head.id)
}
