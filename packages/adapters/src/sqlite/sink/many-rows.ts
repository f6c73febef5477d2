import type { SqliteConnection, SqliteStatement } from "../driver/sqlite-driver.ts"

// A call costs as much as a row of a few columns; at 25 rows a call that cost is gone, beyond there is nothing to gain.
const rowsPerCall = 25

/** SQLite's default for the number of parameters of a statement. */
const maxParameters = 32_766

/** A statement over any number of rows, run for many of them at once. */
export class ManyRows {
  readonly #many: SqliteStatement
  readonly #one: SqliteStatement
  readonly #perCall: number

  /** `sql` is given the placeholders of the rows, each as `row`, which has `width` of them. */
  constructor(connection: SqliteConnection, sql: (rows: string) => string, row: string, width: number) {
    this.#perCall = Math.max(1, Math.min(rowsPerCall, Math.floor(maxParameters / width)))
    this.#many = connection.prepare(sql(Array(this.#perCall).fill(row).join(", ")))
    this.#one = connection.prepare(sql(row))
  }

  /** Runs it for all rows; `done` hears for each call which rows it was for and how many it changed. */
  run(
    rows: readonly (readonly unknown[])[],
    done: (from: number, count: number, changes: number) => void = () => {}
  ): void {
    let at = 0
    for (; at + this.#perCall <= rows.length; at += this.#perCall) {
      const parameters: unknown[] = []
      for (let i = at; i < at + this.#perCall; i++) for (const cell of rows[i] ?? []) parameters.push(cell)
      done(at, this.#perCall, this.#many.run(parameters).changes)
    }
    for (; at < rows.length; at++) done(at, 1, this.#one.run(rows[at]).changes)
  }
}
