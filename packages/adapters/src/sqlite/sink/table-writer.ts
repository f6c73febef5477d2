import type { CellValue, TableLayout } from "@syncline/core"
import type { SqliteConnection } from "../driver/sqlite-driver.ts"
import { ManyRows } from "./many-rows.ts"
import { keyColumns } from "./table-sql.ts"

/** The rows of one document in one table. */
export interface DocumentRows {
  readonly id: string
  readonly rows: readonly (readonly CellValue[])[]
}

/** Writes the content of one table. */
export class TableWriter {
  readonly #table: TableLayout
  readonly #upsert: ManyRows
  readonly #remove: ManyRows

  constructor(connection: SqliteConnection, table: TableLayout) {
    const columns = table.columns.map(({ name }) => name)
    const keys = keyColumns(table)
    const all = [...keys, ...columns]
    const updates = columns.map(name => `${name} = excluded.${name}`).join(", ")
    this.#table = table
    this.#upsert = new ManyRows(
      connection,
      rows => `INSERT INTO ${table.name} (${all.join(", ")}) VALUES ${rows}
        ON CONFLICT (${keys.join(", ")}) DO UPDATE SET ${updates}`,
      `(${all.map(() => "?").join(", ")})`,
      all.length
    )
    this.#remove = new ManyRows(
      connection,
      rows => `DELETE FROM ${table.name} WHERE ${keys[0]} IN (${rows})`,
      "?",
      1
    )
  }

  /** Whether documents of a collection have rows here. */
  takes(collection: string): boolean {
    return this.#table.collection === undefined || this.#table.collection === collection
  }

  /** Takes all rows of these documents away. */
  remove(ids: readonly string[]): void {
    this.#remove.run(ids.map(id => [id]))
  }

  /** Puts these rows in place of what the documents have here. No document twice. */
  write(documents: readonly DocumentRows[]): void {
    if (!this.#table.child) {
      this.#upsert.run(documents.flatMap(({ id, rows }) => rows.map(row => [id, ...row])))
      return
    }
    this.remove(documents.map(({ id }) => id))
    this.#upsert.run(documents.flatMap(({ id, rows }) => rows.map((row, ordinal) => [id, ordinal, ...row])))
  }
}
