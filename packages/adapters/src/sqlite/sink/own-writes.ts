import type { Projection } from "@syncline/core"
import type { SqliteConnection, SqliteStatement } from "../driver/sqlite-driver.ts"
import { accountGone, readTrackingSchema, schemaVersion } from "./tracking-schema.ts"
import type { TreeWriter } from "./tree-writer.ts"

/** The writes of a sink that keeps account of changes: known as its own, and with the tree brought up to date. Part of a transaction of the caller's. */
export class OwnWrites {
  readonly #connection: SqliteConnection
  readonly #projection: Projection
  readonly #tree: TreeWriter
  readonly #begin: SqliteStatement
  readonly #meddled: SqliteStatement
  readonly #end: SqliteStatement
  readonly #forget: SqliteStatement
  #schemaVersion: number | undefined
  #isAlone = false
  #settled: string[] = []

  constructor(connection: SqliteConnection, projection: Projection, tree: TreeWriter) {
    this.#connection = connection
    this.#projection = projection
    this.#tree = tree
    this.#begin = connection.prepare("UPDATE syncline_tracking SET writing = 1 WHERE writing = 0")
    this.#meddled = connection.prepare("UPDATE syncline_tracking SET touched = 1")
    this.#end = connection.prepare("UPDATE syncline_tracking SET writing = 0")
    this.#forget = connection.prepare("DELETE FROM syncline_marks WHERE id = ?")
  }

  /** Runs what changes rows and records. */
  run<T>(action: () => T): T {
    this.#tree.begin()
    this.#settled = []
    this.look()
    // What triggers of the application make of our rows is theirs: where there are any, our own writes leave marks like anybody's.
    if (!this.#isAlone) {
      const result = action()
      this.account(() => this.#tree.flush())
      return result
    }
    return this.account(() => {
      const result = action()
      this.#tree.flush()
      for (const id of this.#settled) this.#forget.run(id)
      return result
    })
  }

  /**
   * Looks at the schema, where it changed. Comes first in each transaction: what the sink itself makes in one may be rolled back, and is not to be remembered.
   *
   * @throws SynclineError `sink-fenced` where the account is gone.
   */
  look(): void {
    const version = schemaVersion(this.#connection)
    if (version === this.#schemaVersion) return
    const { tables, hasForeignTriggers } = readTrackingSchema(this.#connection, this.#projection)
    if (tables !== "whole") throw accountGone()
    this.#isAlone = !hasForeignTriggers
    this.#schemaVersion = version
  }

  /** Runs what changes the account alone. */
  account<T>(action: () => T): T {
    this.#raise()
    const result = action()
    this.#end.run()
    return result
  }

  /** Everything under an id was replaced, whatever others had done there. */
  settles(id: string): void {
    this.#settled.push(id)
  }

  #raise(): void {
    if (this.#begin.run().changes === 1) return
    // Nobody leaves it so, and nobody takes the row away, but who meddles with it.
    if (this.#meddled.run().changes === 1) return
    throw accountGone()
  }
}
