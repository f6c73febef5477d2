import type { SqliteConnection, SqliteStatement } from "../driver/sqlite-driver.ts"

// A call costs as much as a row of a few columns; at 25 rows a call that cost is gone, beyond there is nothing to gain.
const rowsPerCall = 25

/** SQLite's default for the number of parameters of a statement. */
const maxParameters = 32_766

/** What a statement over many rows is made of. */
export interface ManyRowsSql {
  /** The whole statement, given the placeholders of its rows. */
  readonly sql: (rows: string) => string
  /** The placeholders of one row. */
  readonly row: string
  /** How many parameters a row has. */
  readonly width: number
}

/** A statement over any number of rows, run for many of them at once. */
export class ManyRows<Row> {
  readonly #many: SqliteStatement
  readonly #one: SqliteStatement
  readonly #perCall: number
  readonly #bind: (row: Row, parameters: unknown[]) => void

  /** `bind` appends a row's parameters. */
  constructor(
    connection: SqliteConnection,
    { sql, row, width }: ManyRowsSql,
    bind: (row: Row, parameters: unknown[]) => void
  ) {
    this.#perCall = Math.max(1, Math.min(rowsPerCall, Math.floor(maxParameters / width)))
    this.#many = connection.prepare(sql(Array(this.#perCall).fill(row).join(", ")))
    this.#one = connection.prepare(sql(row))
    this.#bind = bind
  }

  /** Runs it for all rows; `done` hears for each call which rows it was for and how many it changed. */
  run(rows: readonly Row[], done?: (chunk: readonly Row[], changes: number) => void): void {
    for (let at = 0; at < rows.length; ) {
      const whole = at + this.#perCall <= rows.length
      const chunk = rows.slice(at, whole ? at + this.#perCall : at + 1)
      const parameters: unknown[] = []
      for (const row of chunk) this.#bind(row, parameters)
      const { changes } = (whole ? this.#many : this.#one).run(parameters)
      done?.(chunk, changes)
      at += chunk.length
    }
  }
}
