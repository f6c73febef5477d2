import type { CellValue, TableLayout } from "@syncline/core"
import type { SqliteConnection } from "../driver/sqlite-driver.ts"
import { ManyRows } from "./many-rows.ts"
import { keyColumns } from "./table-sql.ts"

/** A row of a document. */
export interface DocumentRow {
  readonly id: string
  readonly ordinal: number
  readonly cells: readonly CellValue[]
  /** In a table with vectors. */
  readonly vector?: Float32Array
}

/** Writes the content of one table. */
export interface ContentWriter {
  /** Whether documents of a collection have rows here. */
  takes(collection: string): boolean
  /** Takes all rows of these documents away. */
  remove(ids: readonly string[]): void
  /** Puts these rows in place of what the documents have here; `ids` also names those that have no rows any more. */
  write(ids: readonly string[], rows: readonly DocumentRow[]): void
}

/** Writes the content of a table without vectors. */
export class TableWriter implements ContentWriter {
  readonly #table: TableLayout
  readonly #upsert: ManyRows<DocumentRow>
  readonly #remove: ManyRows<string>

  constructor(connection: SqliteConnection, table: TableLayout) {
    const columns = table.columns.map(({ name }) => name)
    const keys = keyColumns(table)
    const all = [...keys, ...columns]
    const updates = columns.map(name => `${name} = excluded.${name}`).join(", ")
    // By another name: in a table called "excluded", that would mean the row which is there.
    const upsert = {
      sql: (rows: string) => `INSERT INTO ${table.name} AS syncline_present (${all.join(", ")}) VALUES ${rows}
        ON CONFLICT (${keys.join(", ")}) DO UPDATE SET ${updates}`,
      row: `(${all.map(() => "?").join(", ")})`,
      width: all.length
    }
    const remove = {
      sql: (rows: string) => `DELETE FROM ${table.name} WHERE ${keys[0]} IN (${rows})`,
      row: "?",
      width: 1
    }
    this.#table = table
    this.#upsert = new ManyRows(connection, upsert, table.child ? bindChild : bindOwn)
    this.#remove = new ManyRows(connection, remove, (id, parameters) => parameters.push(id))
  }

  takes(collection: string): boolean {
    return this.#table.collection === undefined || this.#table.collection === collection
  }

  remove(ids: readonly string[]): void {
    this.#remove.run(ids)
  }

  write(ids: readonly string[], rows: readonly DocumentRow[]): void {
    // A document's own row has its key for ever; of children there may be fewer than before.
    if (this.#table.child) this.remove(ids)
    this.#upsert.run(rows)
  }
}

function bindOwn({ id, cells }: DocumentRow, parameters: unknown[]): void {
  parameters.push(id)
  for (const cell of cells) parameters.push(cell)
}

function bindChild({ id, ordinal, cells }: DocumentRow, parameters: unknown[]): void {
  parameters.push(id, ordinal)
  for (const cell of cells) parameters.push(cell)
}
