import type { DocumentId } from "@syncline/core"
import type { SqliteConnection, SqliteStatement } from "../driver/sqlite-driver.ts"
import type { HeadBuffer } from "./head-buffer.ts"
import { integerOf, type Row } from "./stored-row.ts"

/** A document's row as appends need it. */
export interface DocumentKey {
  readonly key: number
  position: number
  dropped: number
}

/** Enough for the documents being edited and for an import's batch; about 2 MB. */
const maxCached = 16_384

/** Finds documents' rows by id, and remembers them: half of an append's reads otherwise. Only the writer uses it. */
export class DocumentKeys {
  readonly #find: SqliteStatement
  readonly #cache: Map<DocumentId, DocumentKey> = new Map()

  readonly #buffer: HeadBuffer

  constructor(connection: SqliteConnection, buffer: HeadBuffer) {
    this.#buffer = buffer
    this.#find = connection.prepare("SELECT key, position, dropped FROM syncline_documents WHERE id = ?")
  }

  get(id: DocumentId): DocumentKey | undefined {
    const cached = this.#cache.get(id)
    if (cached !== undefined) return cached
    const row = this.#find.get(id) as Row | undefined
    if (row === undefined) return undefined
    const found = {
      key: integerOf(row, "key"),
      // Whichever is newer: a head held back, or a row written past the buffer in this very transaction.
      position: Math.max(this.#buffer.get(id)?.position ?? 0, integerOf(row, "position")),
      dropped: integerOf(row, "dropped")
    }
    this.add(id, found)
    return found
  }

  add(id: DocumentId, key: DocumentKey): void {
    // Dropping all at once keeps hits free of bookkeeping; refilling costs one lookup a document.
    if (this.#cache.size >= maxCached) this.#cache.clear()
    this.#cache.set(id, key)
  }

  /** After a rollback: what was remembered may never have happened. */
  forget(): void {
    this.#cache.clear()
  }
}
