import { coreError, type Projection } from "@syncline/core"
import type { SqliteConnection, SqliteStatement } from "../driver/sqlite-driver.ts"
import { readTrackingSchema } from "./tracking-schema.ts"
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
  #schemaVersion: unknown
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
    // What triggers of the application make of our rows is theirs: where there are any, our own writes leave marks like anybody's.
    if (!this.#findsAlone()) {
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
    throw coreError(
      "sink-failed",
      "the row of syncline_tracking is gone; the sink is opened again, and makes it anew"
    )
  }

  #findsAlone(): boolean {
    const version = this.#connection.pragma("schema_version", { simple: true })
    if (version !== this.#schemaVersion) {
      this.#isAlone = !readTrackingSchema(this.#connection, this.#projection).hasForeignTriggers
      this.#schemaVersion = version
    }
    return this.#isAlone
  }
}
