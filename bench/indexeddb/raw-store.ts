import { ByteWriter } from "@syncline/clock/bytes"
import type { DocumentWrite, StoreBatch } from "@syncline/core"
import { openDB } from "idb"

/** What is used of idb, whose own types need those of browsers. */
interface Database {
  createObjectStore(name: string): void
  transaction(
    store: string,
    mode: "readwrite",
    options: { readonly durability: string }
  ): {
    readonly store: { put(value: unknown, key: string | number): Promise<unknown> }
    readonly done: Promise<void>
  }
  getAll(store: string): Promise<readonly unknown[]>
  close(): void
}

/** The peer: idb and one object store, given all the bytes that an append is given, in the same batches and durability. */
export class RawStore {
  readonly #database: Database
  readonly #durability: string
  #next = 0

  private constructor(database: Database, durability: string) {
    this.#database = database
    this.#durability = durability
  }

  static async open(name: string, durability: string): Promise<RawStore> {
    const upgrade = (database: Database) => database.createObjectStore("rows")
    const database: unknown = await openDB(name, 1, { upgrade } as object)
    return new RawStore(database as Database, durability)
  }

  /** One row of packed bytes. */
  async append({ documents }: StoreBatch): Promise<void> {
    const writer = new ByteWriter(1024)
    for (const write of documents) pack(writer, write)
    const transaction = this.#database.transaction("rows", "readwrite", { durability: this.#durability })
    await Promise.all([transaction.store.put(writer.finish().slice(), this.#next++), transaction.done])
  }

  /** A row for each note. */
  async putNotes(notes: readonly { readonly id: string; readonly note: unknown }[]): Promise<void> {
    const transaction = this.#database.transaction("rows", "readwrite", { durability: this.#durability })
    await Promise.all([...notes.map(({ id, note }) => transaction.store.put(note, id)), transaction.done])
  }

  /** A row for each head. */
  async putRows({ documents }: StoreBatch): Promise<void> {
    const transaction = this.#database.transaction("rows", "readwrite", { durability: this.#durability })
    const rows = documents.map(({ head: { id, position, digest, body } }) =>
      transaction.store.put({ id, position, digest, body }, id)
    )
    await Promise.all([...rows, transaction.done])
  }

  /** Reads all rows at once. */
  async readRows(): Promise<number> {
    return (await this.#database.getAll("rows")).length
  }

  close(): void {
    this.#database.close()
  }
}

function pack(writer: ByteWriter, { head: { id, position, digest, body }, record }: DocumentWrite): void {
  writer.varString(id)
  writer.varUint(position)
  writer.bytes(digest)
  writer.varBytes(body)
  if (record === undefined) return
  writer.bytes(record.logHash)
  writer.varBytes(record.bytes)
}
