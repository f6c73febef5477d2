import type { TableLayout } from "@syncline/core"
import { vectorBytes } from "@syncline/core/vectors"
import type { SqliteConnection, SqliteStatement } from "../driver/sqlite-driver.ts"
import { ManyRows } from "./many-rows.ts"
import { prepareExact, type RawStatement } from "./raw-statement.ts"
import { vectorTable } from "./table-sql.ts"
import type { ContentWriter, DocumentRow } from "./table-writer.ts"

/** What we count up is far below; above it is nothing of ours, and there would be no room to count on. */
const highestOwn = 2 ** 52

/** Documents that are looked up at a time: a call costs as much as looking up several that are not there. */
const lookedUpAtOnce = 25

/** A vector that a document has: its number, and its hash in hexadecimal. */
type PresentVector = readonly [vectorId: bigint, hash: string]

/** A row with the number that it and its vector have. */
interface NumberedRow extends DocumentRow {
  readonly vectorId: bigint
}

/**
 * Writes the content of a table with vectors, and the table of sqlite-vec beside it. A vector that a document still has stays where it
 * lies, and one that it does not have any more gives its place to a new one: sqlite-vec does not use places again that were deleted,
 * so that a table would grow with every edit.
 */
export class VectorWriter implements ContentWriter {
  readonly #table: TableLayout
  readonly #hashAt: number
  readonly #present: RawStatement
  readonly #presentOfMany: RawStatement
  readonly #lastId: RawStatement
  readonly #insert: ManyRows<NumberedRow>
  readonly #remove: SqliteStatement
  readonly #insertVector: SqliteStatement
  readonly #updateVector: SqliteStatement
  readonly #removeVector: SqliteStatement

  constructor(connection: SqliteConnection, table: TableLayout) {
    const columns = ["vector_id", "parent_id", "ordinal", ...table.columns.map(({ name }) => name)]
    const vectors = vectorTable(table)
    this.#table = table
    this.#hashAt = table.columns.findIndex(({ name }) => name === "vector_hash")
    // To the last bit: whoever wrote there may have used any numbers.
    this.#present = prepareExact(
      connection,
      `SELECT vector_id, hex(vector_hash) FROM ${table.name} WHERE parent_id = ?`
    )
    this.#presentOfMany = prepareExact(
      connection,
      `SELECT parent_id, vector_id, hex(vector_hash) FROM ${table.name}
        WHERE parent_id IN (${Array(lookedUpAtOnce).fill("?").join(", ")})`
    )
    this.#lastId = prepareExact(
      connection,
      `SELECT max(vector_id) FROM ${table.name} WHERE vector_id < ${highestOwn}`
    )
    this.#insert = new ManyRows(
      connection,
      {
        sql: rows => `INSERT INTO ${table.name} (${columns.join(", ")}) VALUES ${rows}`,
        row: `(${columns.map(() => "?").join(", ")})`,
        width: columns.length
      },
      ({ vectorId, id, ordinal, cells }, parameters) => parameters.push(vectorId, id, ordinal, ...cells)
    )
    this.#remove = connection.prepare(`DELETE FROM ${table.name} WHERE parent_id = ?`)
    this.#insertVector = connection.prepare(`INSERT INTO ${vectors} (rowid, embedding) VALUES (?, ?)`)
    this.#updateVector = connection.prepare(`UPDATE ${vectors} SET embedding = ? WHERE rowid = ?`)
    this.#removeVector = connection.prepare(`DELETE FROM ${vectors} WHERE rowid = ?`)
  }

  takes(collection: string): boolean {
    return this.#table.collection === undefined || this.#table.collection === collection
  }

  remove(ids: readonly string[]): void {
    for (const id of ids) {
      for (const [vectorId] of this.#present.all(id)) this.#removeVector.run(vectorId)
      this.#remove.run(id)
    }
  }

  write(ids: readonly string[], rows: readonly DocumentRow[]): void {
    const byDocument = new Map<string, DocumentRow[]>(ids.map(id => [id, []]))
    for (const row of rows) byDocument.get(row.id)?.push(row)
    const numbered: NumberedRow[] = []
    let last = (this.#lastId.get()?.[0] ?? 0n) as bigint
    const presentById = this.#presentOf([...byDocument.keys()])
    for (const [id, own] of byDocument) {
      const present = presentById.get(id) ?? []
      const places = new Places(present)
      if (present.length > 0) this.#remove.run(id)
      const moved = own.map(row => ({
        row,
        kept: present.length === 0 ? undefined : places.takeSame(this.#hashOf(row))
      }))
      for (const { row, kept } of moved) {
        const free = kept ?? places.takeAny()
        const vectorId = free ?? ++last
        if (free === undefined) this.#putNew(vectorId, row.vector)
        else if (kept === undefined) this.#put(vectorId, row.vector)
        numbered.push({ ...row, vectorId })
      }
      for (const vectorId of places.rest()) this.#removeVector.run(vectorId)
    }
    this.#insert.run(numbered)
  }

  /** What documents have now; those that have nothing are left out. */
  #presentOf(ids: readonly string[]): ReadonlyMap<string, readonly PresentVector[]> {
    const byId = new Map<string, PresentVector[]>()
    const add = (id: string, vector: PresentVector): void => {
      const present = byId.get(id)
      if (present === undefined) byId.set(id, [vector])
      else present.push(vector)
    }
    let at = 0
    for (; at + lookedUpAtOnce <= ids.length; at += lookedUpAtOnce)
      for (const [id, ...vector] of this.#presentOfMany.all(...ids.slice(at, at + lookedUpAtOnce)))
        add(id as string, vector as unknown as PresentVector)
    for (const id of ids.slice(at))
      for (const vector of this.#present.all(id)) add(id, vector as unknown as PresentVector)
    return byId
  }

  #hashOf({ cells }: DocumentRow): string {
    return Buffer.from(cells[this.#hashAt] as Uint8Array)
      .toString("hex")
      .toUpperCase()
  }

  /** In the place of one that should be there. */
  #put(vectorId: bigint, vector: Float32Array | undefined): void {
    const bytes = this.#bytesOf(vector)
    if (this.#updateVector.run(bytes, vectorId).changes > 0) return
    this.#insertVector.run(vectorId, bytes)
  }

  /** Under a number that no row has. Where somebody took away rows, it may have a vector all the same, and sqlite-vec refuses another. */
  #putNew(vectorId: bigint, vector: Float32Array | undefined): void {
    const bytes = this.#bytesOf(vector)
    try {
      this.#insertVector.run(vectorId, bytes)
    } catch (error) {
      if (this.#updateVector.run(bytes, vectorId).changes === 0) throw error
    }
  }

  #bytesOf(vector: Float32Array | undefined): Uint8Array {
    return vectorBytes(vector ?? new Float32Array(this.#table.vector?.dimensions ?? 0))
  }
}

/** Where the vectors of one document lie, by their hashes. */
class Places {
  readonly #byHash = new Map<string, bigint[]>()

  constructor(present: readonly PresentVector[]) {
    for (const [vectorId, hash] of present) {
      const same = this.#byHash.get(hash)
      if (same === undefined) this.#byHash.set(hash, [vectorId])
      else same.push(vectorId)
    }
  }

  takeSame(hash: string): bigint | undefined {
    return this.#byHash.get(hash)?.pop()
  }

  takeAny(): bigint | undefined {
    for (const same of this.#byHash.values()) if (same.length > 0) return same.pop()
    return undefined
  }

  *rest(): Generator<bigint> {
    for (const same of this.#byHash.values()) yield* same
  }
}
