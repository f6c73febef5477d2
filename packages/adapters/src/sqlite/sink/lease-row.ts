import type { StoredLease } from "@syncline/core/projection"
import type { SqliteConnection, SqliteStatement } from "../driver/sqlite-driver.ts"

/** The lease of a SQLite sink, in the one row of `syncline_lease`. Every call is part of a transaction of the caller's. */
export class LeaseRow {
  readonly #read: SqliteStatement
  readonly #write: SqliteStatement

  constructor(connection: SqliteConnection) {
    this.#read = connection.prepare("SELECT holder, epoch, fence, until_ms AS untilMs FROM syncline_lease")
    this.#write = connection.prepare(`
      INSERT INTO syncline_lease VALUES (1, ?, ?, ?, ?) ON CONFLICT (only_row) DO UPDATE SET
      holder = excluded.holder, epoch = excluded.epoch, fence = excluded.fence, until_ms = excluded.until_ms`)
  }

  read(): StoredLease | undefined {
    return this.#read.get() as StoredLease | undefined
  }

  write({ holder, epoch, fence, untilMs }: StoredLease): void {
    this.#write.run(holder, epoch, fence, untilMs)
  }
}
