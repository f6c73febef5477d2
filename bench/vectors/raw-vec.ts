import { load } from "sqlite-vec"
import { vectorBytes } from "@syncline/core/vectors"
import { openRaw, type RawDatabase, type RawStatement } from "../store/raw-database.ts"
import { dimensions } from "./points.ts"

const rowTable = `CREATE TABLE rows (vector_id INTEGER PRIMARY KEY, parent_id TEXT NOT NULL, ordinal INTEGER NOT NULL,
  text TEXT, UNIQUE (parent_id, ordinal)) STRICT`

/** sqlite-vec as it is: one table of vectors; with `rows`, beside a table that says what each is of, as one would keep it by hand. */
export class RawVec {
  readonly #database: RawDatabase
  readonly #insert: RawStatement
  readonly #search: RawStatement
  readonly #row: RawStatement | undefined

  constructor(path: string, rows = false) {
    this.#database = openRaw(path)
    load(this.#database)
    this.#database.exec(
      `CREATE VIRTUAL TABLE points USING vec0(embedding float[${dimensions}] distance_metric=cosine)`
    )
    this.#insert = this.#database.prepare("INSERT INTO points (rowid, embedding) VALUES (?, ?)")
    if (rows) this.#database.exec(rowTable)
    this.#row = rows ? this.#database.prepare("INSERT INTO rows VALUES (?, ?, ?, ?)") : undefined
    this.#search = this.#database.prepare(
      "SELECT rowid, distance FROM points WHERE embedding MATCH ? AND k = ?"
    )
  }

  /** One transaction. */
  insert(vectors: readonly Float32Array[], first: number): void {
    this.#database.transaction(() =>
      vectors.forEach((vector, i) => {
        const id = first + i + 1
        this.#insert.run(BigInt(id), vectorBytes(vector))
        this.#row?.run(id, `points/${id}`, 0, `points/${id}`)
      })
    )(undefined)
  }

  nearest(vector: Float32Array, limit: number): unknown[] {
    return this.#search.all(vectorBytes(vector), limit)
  }

  close(): void {
    this.#database.close()
  }
}
