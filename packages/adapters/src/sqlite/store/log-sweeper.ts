import type { SqliteConnection, SqliteStatement } from "../driver/sqlite-driver.ts"
import { DocumentChain } from "./document-chain.ts"
import type { DocumentKey } from "./document-keys.ts"
import { integerOf, type Row } from "./stored-row.ts"

/** Log rows looked at by one append at most: some milliseconds, and far more than an append adds. */
const sweepRows = 16_384

/** Free pages worth giving back: below 4 MB, and below a quarter of the file, the next appends use them up anyway. */
const idlePages = 1024
const idleShare = 0.25

/** Pages given back by one append: 1 MB, so that compaction of a large store never becomes one long pause. */
const pagesAtOnce = 256

/**
 * Takes out of the log what compaction dropped. Records go at once; their rows keep position and hash until they are
 * older than the log remembers, all but a document's newest, which `changedSince` finds the document by.
 *
 * `swept` is the position up to which rows without a record, and not the newest of their document, are gone. Every
 * method runs inside the append's transaction.
 */
export class LogSweeper {
  readonly #connection: SqliteConnection
  readonly #chain: DocumentChain
  readonly #loadSwept: SqliteStatement
  readonly #saveSwept: SqliteStatement
  readonly #remove: SqliteStatement
  readonly #putBack: SqliteStatement
  readonly #removeOld: SqliteStatement
  #swept: number | undefined

  constructor(connection: SqliteConnection) {
    this.#connection = connection
    this.#chain = new DocumentChain(connection)
    this.#loadSwept = connection.prepare("SELECT value FROM syncline_store WHERE name = 'swept'")
    this.#saveSwept = connection.prepare("UPDATE syncline_store SET value = ? WHERE name = 'swept'")
    this.#remove = connection.prepare(
      "DELETE FROM syncline_log WHERE position = ? RETURNING document, previous, hash"
    )
    this.#putBack = connection.prepare("INSERT INTO syncline_log VALUES (?, ?, ?, ?, NULL)")
    this.#removeOld = connection.prepare(`
      DELETE FROM syncline_log WHERE position > ? AND position <= ? AND record IS NULL AND NOT EXISTS (
        SELECT 1 FROM syncline_documents d WHERE d.key = syncline_log.document AND d.position = syncline_log.position)`)
  }

  /** Drops the records of a document up to a position. */
  drop(document: DocumentKey, through: number): void {
    const swept = this.#sweptThrough()
    for (const position of this.#chain.positions(document, 0, Number.POSITIVE_INFINITY)) {
      if (position > through) break
      // Taken out and put back rather than set to NULL: only a delete makes SQLite merge the pages that became empty.
      const row = this.#remove.get(position) as Row
      if (position > swept || position === document.position)
        this.#putBack.run(position, row["document"], row["previous"], row["hash"])
    }
  }

  /** A row whose record is gone is no longer its document's newest. */
  superseded(position: number): void {
    if (position <= this.#sweptThrough()) this.#remove.get(position)
  }

  /** Forgets rows at and below a position, some of them if there are many, and gives free pages back. */
  sweep(through: number): void {
    const swept = this.#sweptThrough()
    const target = Math.min(through, swept + sweepRows)
    if (target > swept) {
      this.#removeOld.run(swept, target)
      this.#saveSwept.run(target)
      this.#swept = target
    }
    this.#giveBackPages()
  }

  /** After a rollback. */
  forget(): void {
    this.#swept = undefined
    this.#chain.forget()
  }

  #sweptThrough(): number {
    this.#swept ??= integerOf(this.#loadSwept.get() as Row, "value")
    return this.#swept
  }

  /** Does nothing in a file the application made without `auto_vacuum`; its free pages are used again, not returned. */
  #giveBackPages(): void {
    const free = Number(this.#connection.pragma("freelist_count", { simple: true }))
    if (free < idlePages) return
    const all = Number(this.#connection.pragma("page_count", { simple: true }))
    if (free > idleShare * all) this.#connection.pragma(`incremental_vacuum(${pagesAtOnce})`)
  }
}
