import {
  collectionOf,
  type Projection,
  type Sealer,
  type SinkWrite,
  sealedRows,
  type TableLayout
} from "@syncline/core"
import type { SqliteConnection, SqliteStatement } from "../driver/sqlite-driver.ts"
import { recordColumns } from "./record-row.ts"
import { keyColumns } from "./table-sql.ts"

interface TableStatements {
  readonly table: TableLayout
  readonly insert: SqliteStatement
  readonly remove: SqliteStatement
}

/** Writes bookkeeping and content of documents. Synchronous; the caller holds a transaction. */
export class RecordWriter {
  readonly #projection: Projection
  readonly #sealer: Sealer
  readonly #tables: readonly TableStatements[]
  readonly #upsert: SqliteStatement
  readonly #remove: SqliteStatement

  constructor(connection: SqliteConnection, projection: Projection, sealer: Sealer) {
    this.#projection = projection
    this.#sealer = sealer
    this.#tables = projection.tables.map(table => statementsOf(connection, table))
    this.#remove = connection.prepare("DELETE FROM syncline_records WHERE id = ?")
    this.#upsert = connection.prepare(`
      INSERT INTO syncline_records (${recordColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, unhex(?))
      ON CONFLICT (id) DO UPDATE SET generation = excluded.generation, projection = excluded.projection,
        height = excluded.height, deleted = excluded.deleted, row_count = excluded.row_count,
        digest = excluded.digest, seal = excluded.seal
      WHERE (generation, projection, height) < (excluded.generation, excluded.projection, excluded.height)`)
  }

  /** Writes a document if its key is higher than what is there. */
  writeIfNewer(write: SinkWrite): void {
    const { document, key, content } = write
    const { id, digest, deleted } = document
    const rows = sealedRows(this.#projection.tables, content)
    const seal = this.#sealer.seal({ id, key, digest, deleted, rows })
    const { changes } = this.#upsert.run(
      id,
      key.generation,
      key.projection,
      key.height,
      Number(deleted),
      rows.length,
      digest,
      seal
    )
    if (changes === 0) return
    if (deleted) this.#removeContent(id, collectionOf(id))
    else this.#writeContent(write)
  }

  /** Puts a document in place of whatever is there, or takes away whatever is there. */
  replace(id: string, write: SinkWrite | undefined): void {
    this.#remove.run(id)
    this.#removeContent(id, undefined)
    if (write !== undefined) this.writeIfNewer(write)
  }

  #writeContent({ document: { id }, content }: SinkWrite): void {
    for (const { table: index, rows } of content.tables) {
      const statements = this.#tables[index]
      if (statements === undefined) continue
      if (!statements.table.child) {
        for (const values of rows) statements.insert.run(id, ...values)
        continue
      }
      statements.remove.run(id)
      for (let ordinal = 0; ordinal < rows.length; ordinal++)
        statements.insert.run(id, ordinal, ...(rows[ordinal] ?? []))
    }
  }

  /** Without a collection: from every table, for somebody may have written where we would not. */
  #removeContent(id: string, collection: string | undefined): void {
    for (const { table, remove } of this.#tables)
      if (collection === undefined || table.collection === undefined || table.collection === collection)
        remove.run(id)
  }
}

function statementsOf(connection: SqliteConnection, table: TableLayout): TableStatements {
  const columns = table.columns.map(({ name }) => name)
  const keys = keyColumns(table)
  const all = [...keys, ...columns]
  const places = all.map(() => "?").join(", ")
  const updates = columns.map(name => `${name} = excluded.${name}`).join(", ")
  return {
    table,
    insert: connection.prepare(
      `INSERT INTO ${table.name} (${all.join(", ")}) VALUES (${places}) ON CONFLICT (${keys.join(", ")}) DO UPDATE SET ${updates}`
    ),
    remove: connection.prepare(`DELETE FROM ${table.name} WHERE ${keys[0]} = ?`)
  }
}
