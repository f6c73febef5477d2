import type { StoreBatch } from "@syncline/core"
import { openRaw, type RawDatabase } from "./raw-database.ts"

/** The peer: one table, one prepared insert, all the bytes an append is given, in the same batches and durability. */
export class RawTable {
  readonly #database: RawDatabase
  readonly #insertAll: (batch: StoreBatch) => void

  constructor(path: string, durability: "power" | "process") {
    this.#database = openRaw(path, durability)
    this.#database.exec(
      "CREATE TABLE log (position INTEGER PRIMARY KEY, id TEXT, digest BLOB, body BLOB, hash BLOB, record BLOB)"
    )
    const insert = this.#database.prepare("INSERT INTO log VALUES (?, ?, ?, ?, ?, ?)")
    this.#insertAll = this.#database.transaction(({ documents }: StoreBatch) => {
      for (const { head, record } of documents)
        insert.run(head.position, head.id, head.digest, head.body, record?.logHash, record?.bytes)
    })
  }

  append(batch: StoreBatch): void {
    this.#insertAll(batch)
  }

  close(): void {
    this.#database.close()
  }
}
