import type { DocumentId, LogEnd, StoredHead } from "@syncline/core"
import type { SqliteConnection, SqliteStatement } from "../driver/sqlite-driver.ts"
import { type BufferedHead, packHeads, unpackHeads } from "./packed-heads.ts"
import { blobOf, damaged, integerOf, type Row, textOf } from "./stored-row.ts"

/** Heads held back at most: some ten milliseconds to write out, a megabyte or two of memory. */
const maxBuffered = 8192

/**
 * Holds heads back from the documents' table. A head written where its row is touches a page of its own, and with many
 * documents that is most of what an append costs. Instead the heads of a batch go, packed, to the end of
 * `syncline_pending`, and from there, thousands at a time and in the table's order, to their rows (`fold`).
 *
 * What is held back is in memory, too, and reads ask here first. `folded` is the position up to which rows are current:
 * from there to the end of the log the pending rows must follow each other without a gap, or the store does not open.
 */
export class HeadBuffer {
  readonly #heads: Map<DocumentId, BufferedHead> = new Map()
  readonly #insert: SqliteStatement
  readonly #clear: SqliteStatement
  readonly #saveFolded: SqliteStatement
  readonly #update: SqliteStatement
  #folded: number
  #written = 0

  /** Reads what an earlier session left. `end` is the end of the log. */
  constructor(connection: SqliteConnection, end: LogEnd) {
    this.#insert = connection.prepare("INSERT INTO syncline_pending VALUES (?, ?)")
    this.#clear = connection.prepare("DELETE FROM syncline_pending")
    this.#saveFolded = connection.prepare("UPDATE syncline_store SET value = ? WHERE name = 'folded'")
    this.#update = connection.prepare(
      "UPDATE syncline_documents SET position = ?, digest = ?, body = ? WHERE key = ?"
    )
    const row = connection.prepare("SELECT value FROM syncline_store WHERE name = 'folded'").get() as
      | Row
      | undefined
    this.#folded = integerOf(row ?? {}, "value")
    this.#load(connection, end.position)
  }

  /** Rows of documents are current up to this position, but for those held here. */
  get folded(): number {
    return this.#folded
  }

  get isEmpty(): boolean {
    return this.#written === 0
  }

  /** Whether the next append should fold first. */
  get isFull(): boolean {
    return this.#written >= maxBuffered
  }

  /** Where a document's newest head is held back; `undefined` when its row is current. */
  get(id: DocumentId): StoredHead | undefined {
    return this.#heads.get(id)?.head
  }

  /** Stores the heads of a batch that are to be held back. Inside its transaction; they count after `apply`. */
  write(first: number, last: number, heads: Iterable<BufferedHead>): readonly BufferedHead[] {
    const packed = packHeads(first, heads)
    this.#insert.run(last, packed)
    return unpackHeads(packed).heads
  }

  /** Brings all rows up to date. Inside a transaction; counts after `applyFold`. */
  fold(end: number): void {
    const heads = [...this.#heads.values()].sort((a, b) => a.key - b.key)
    for (const { key, head } of heads) this.#update.run(head.position, head.digest, head.body, key)
    this.#clear.run()
    this.#saveFolded.run(end)
  }

  /** The transaction of `fold` was committed. */
  applyFold(end: number): void {
    this.#heads.clear()
    this.#folded = end
    this.#written = 0
  }

  /** The transaction of `write` was committed; `current` are documents whose row that transaction wrote. */
  apply(ids: readonly DocumentId[], heads: readonly BufferedHead[], current: Iterable<DocumentId>): void {
    for (const [index, buffered] of heads.entries()) {
      const id = ids[index] as DocumentId
      this.#heads.set(id, { key: buffered.key, head: { ...buffered.head, id } })
    }
    this.release(current)
    // Also batches of which nothing is held back have a row, and rows cost time when the store is opened.
    this.#written += Math.max(1, heads.length)
  }

  /** These documents' rows were written. */
  release(current: Iterable<DocumentId>): void {
    for (const id of current) this.#heads.delete(id)
  }

  #load(connection: SqliteConnection, end: number): void {
    const newest = new Map<number, BufferedHead>()
    let expected = this.#folded + 1
    for (const row of connection
      .prepare("SELECT position, heads FROM syncline_pending ORDER BY position")
      .all() as Row[]) {
      const { first, heads } = unpackHeads(blobOf(row, "heads"))
      if (first !== expected) throw damaged("list of pending heads", `has a gap before log position ${first}`)
      expected = integerOf(row, "position") + 1
      this.#written += Math.max(1, heads.length)
      for (const buffered of heads) newest.set(buffered.key, buffered)
    }
    if (expected !== end + 1)
      throw damaged("list of pending heads", `ends at ${expected - 1}, the log at ${end}`)
    const find = connection.prepare("SELECT id, position FROM syncline_documents WHERE key = ?")
    for (const [key, { head }] of newest) {
      const row = find.get(key) as Row | undefined
      if (row === undefined)
        throw damaged("pending head", `at position ${head.position} belongs to no document`)
      const id = textOf(row, "id") as DocumentId
      // The row is newer where it was written past the buffer.
      if (head.position > integerOf(row, "position")) this.#heads.set(id, { key, head: { ...head, id } })
    }
  }
}
