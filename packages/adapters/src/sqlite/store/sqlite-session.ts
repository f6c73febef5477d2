import {
  coreError,
  type DocumentId,
  type Durability,
  type IntegrityProblem,
  type LogEnd,
  type Page,
  type StoreBatch,
  type StoredDocument,
  type StoredHead,
  type StoredRecord,
  type StoreSession,
  type Witness
} from "@syncline/core"
import type { HeldFile } from "../driver/held-file.ts"
import { sqliteFailure } from "../driver/sqlite-failure.ts"
import { BatchWriter } from "./batch-writer.ts"
import { checkSqliteStore } from "./check-sqlite-store.ts"
import { HeadBuffer } from "./head-buffer.ts"
import { loadLogEnd, StoreReader } from "./store-reader.ts"
import type { WriteLock } from "./write-lock.ts"

/** What a session is made of; it owns all of it and frees it in `close`. */
export interface SessionParts {
  readonly path: string
  readonly durability: Durability
  readonly file: HeldFile
  readonly lock: WriteLock
  readonly witness: Witness
}

/** The open SQLite store. Work is done in the calling turn; promises only carry the result. */
export class SqliteSession implements StoreSession {
  readonly durability: Durability
  readonly witness: Witness
  readonly #parts: SessionParts
  readonly #reader: StoreReader
  readonly #writer: BatchWriter
  readonly #file: HeldFile
  #end: LogEnd
  #closed = false

  constructor(parts: SessionParts) {
    this.#parts = parts
    this.durability = parts.durability
    this.witness = parts.witness
    this.#file = parts.file
    const { connection } = parts.file
    this.#end = loadLogEnd(connection)
    const buffer = new HeadBuffer(connection, this.#end)
    this.#reader = new StoreReader(connection, buffer)
    this.#writer = new BatchWriter(connection, buffer)
  }

  get end(): LogEnd {
    return { position: this.#end.position, hash: this.#end.hash.slice() }
  }

  async append(batch: StoreBatch): Promise<void> {
    this.#end = this.#do("writing", () => {
      this.#mustBeInPlace()
      return this.#writer.append(this.#end, batch)
    })
  }

  async loadHead(id: DocumentId): Promise<StoredHead | undefined> {
    return this.#read(reader => reader.head(id))
  }

  async loadDocument(id: DocumentId): Promise<StoredDocument | undefined> {
    return this.#read(reader => reader.document(id))
  }

  async scanHeads(page: Page & { after?: DocumentId; collection?: string }): Promise<StoredHead[]> {
    return this.#read(reader => reader.heads(page))
  }

  async changedSince(page: Page & { after: number }): Promise<StoredHead[]> {
    return this.#read(reader => reader.changedSince(page))
  }

  async readLog(page: Page & { after: number; document?: DocumentId }): Promise<StoredRecord[]> {
    return this.#read(reader => reader.log(page))
  }

  async logHashAt(position: number): Promise<Uint8Array | undefined> {
    return this.#read(reader => reader.hashAt(position))
  }

  async collections(): Promise<string[]> {
    return this.#read(reader => reader.collections())
  }

  async readValue(space: string, key: string): Promise<Uint8Array | undefined> {
    return this.#read(reader => reader.value(space, key))
  }

  async listValues(
    page: Page & { space: string; after?: string }
  ): Promise<{ key: string; value: Uint8Array }[]> {
    return this.#read(reader => reader.values(page))
  }

  async checkIntegrity(signal?: AbortSignal): Promise<IntegrityProblem[]> {
    const problems: IntegrityProblem[] = []
    const steps = this.#do("checking", () => checkSqliteStore(this.#file.connection))
    for (;;) {
      if (signal?.aborted === true)
        throw coreError("aborted", `the integrity check of ${this.#parts.path} was cancelled`)
      const step = this.#do("checking", () => steps.next())
      if (step.done === true) return problems
      problems.push(...step.value)
      // Between steps others get their turn: appends, reads, and whoever cancels.
      await new Promise(resolve => setImmediate(resolve))
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    const { lock, path, witness } = this.#parts
    try {
      this.#foldAndRelease()
    } catch (cause) {
      throw sqliteFailure(cause, `closing ${path}`)
    } finally {
      lock.release()
      witness.close()
    }
  }

  #foldAndRelease(): void {
    try {
      // Not needed for what was appended; the next session opens faster, and plain SQL sees current rows.
      if (this.#file.isInPlace) this.#writer.fold(this.#end)
    } finally {
      this.#file.release()
    }
  }

  /** What is written into a file that was emptied, deleted or replaced, nobody would ever read. */
  #mustBeInPlace(): void {
    if (this.#file.isInPlace) return
    const { path } = this.#parts
    throw coreError(
      "store-failed",
      `${path} was deleted, moved, emptied or replaced while it was open; put it back or leave what is there, close the replica and open it again`,
      { details: { path } }
    )
  }

  #read<T>(action: (reader: StoreReader) => T): T {
    return this.#do("reading", () => action(this.#reader))
  }

  #do<T>(what: string, action: () => T): T {
    const { path } = this.#parts
    if (this.#closed)
      throw coreError("store-closed", `${path} is closed; open it again`, { details: { path } })
    try {
      return action()
    } catch (cause) {
      throw sqliteFailure(cause, `${what} ${path}`)
    }
  }
}
