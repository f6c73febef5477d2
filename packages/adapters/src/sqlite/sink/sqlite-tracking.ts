import { isUtf8 } from "node:buffer"
import type { Projection, Sealer } from "@syncline/core"
import type { SinkTracking, TrackingRound, TreeLeaf } from "@syncline/core/tracking"
import type { SqliteConnection } from "../driver/sqlite-driver.ts"
import { mayHideBytes, mustBeUtf8 } from "./key-bytes.ts"
import { OwnWrites } from "./own-writes.ts"
import { prepareRaw, type RawStatement } from "./raw-statement.ts"
import type { SinkFacts } from "./sink-schema.ts"
import { inRange, keyColumns, rangeParameters } from "./table-sql.ts"
import {
  makeTables,
  makeTriggers,
  mustBeWhole,
  readTrackingSchema,
  removeTracking,
  type TrackingSchema
} from "./tracking-schema.ts"
import { watchedTables } from "./tracking-triggers.ts"
import { TreeWriter } from "./tree-writer.ts"

/** The one row of `syncline_tracking`. */
interface TrackingRow {
  readonly round: number
  readonly incident: number
  readonly accepted: number
  readonly touched: number
}

/** What a sink's account is of. */
export interface TrackedParts {
  readonly connection: SqliteConnection
  readonly projection: Projection
  readonly sealer: Sealer
  readonly facts: () => SinkFacts
  /** Runs a call of the session in a transaction that reads, or one that writes. */
  readonly read: <T>(doing: string, action: () => T) => Promise<T>
  readonly write: <T>(doing: string, action: () => T) => Promise<T>
}

/** Whether `prepareTracking` will make the account, mend it, or take it away. */
export function altersTracking({ tables, broken }: TrackingSchema, isWanted: boolean): boolean {
  return isWanted ? tables !== "whole" || broken.length > 0 : tables !== "none"
}

/**
 * Brings the account to what is wanted, once the sink's tables are as they should be: makes it, of what is there, where there was none; takes it away
 * where none is wanted. Part of the opening's transaction.
 */
export function prepareTracking(
  parts: Pick<TrackedParts, "connection" | "projection" | "sealer">,
  before: TrackingSchema,
  isWanted: boolean
): void {
  const { connection, projection, sealer } = parts
  if (!isWanted) return before.tables === "none" ? undefined : removeTracking(connection)
  const isWhole = before.tables === "whole" && hasRow(connection)
  if (!isWhole) {
    removeTracking(connection)
    makeTables(connection)
  }
  makeTriggers(connection, projection, readTrackingSchema(connection, projection).broken)
  const own = new OwnWrites(connection, projection, new TreeWriter(connection, sealer))
  if (isWhole && before.broken.length > 0) own.account(() => connection.exec(incident))
  if (isWhole || isEmpty(connection, projection)) return
  const tree = new TreeWriter(connection, sealer)
  own.account(() => {
    tree.fill()
    connection.exec(incident)
  })
}

/** What happened since counts as unseen. */
const incident = "UPDATE syncline_tracking SET incident = (incident & 4294967295) + 1, touched = 0"

function hasRow(connection: SqliteConnection): boolean {
  return connection.prepare("SELECT 1 FROM syncline_tracking").get() !== undefined
}

function isEmpty(connection: SqliteConnection, projection: Projection): boolean {
  return watchedTables(projection).every(
    table => connection.prepare(`SELECT 1 FROM ${table} LIMIT 1`).get() === undefined
  )
}

/** The account of a SQLite sink, kept by triggers and by `OwnWrites`. */
export class SqliteTracking implements SinkTracking {
  readonly own: OwnWrites
  readonly tree: TreeWriter
  readonly #parts: TrackedParts
  readonly #leaves: RawStatement
  readonly #marked: RawStatement
  readonly #markBytes: RawStatement

  constructor(parts: TrackedParts) {
    const { connection, projection, sealer } = parts
    this.#parts = parts
    this.tree = new TreeWriter(connection, sealer)
    this.own = new OwnWrites(connection, projection, this.tree)
    this.#leaves = prepareRaw(connection, "SELECT id, hex(leaf) FROM syncline_leaves WHERE bucket = ?")
    const page = `FROM syncline_marks WHERE ${inRange("id")} AND round < ? ORDER BY id LIMIT ?`
    this.#marked = prepareRaw(connection, `SELECT DISTINCT id ${page}`)
    this.#markBytes = prepareRaw(connection, `SELECT DISTINCT hex(id) ${page}`)
  }

  begin(): Promise<TrackingRound> {
    const { connection, projection, write } = this.#parts
    return write("beginning a round of verification", () => {
      const schema = readTrackingSchema(connection, projection)
      mustBeWhole(schema)
      makeTriggers(connection, projection, schema.broken)
      return this.own.account(() => {
        const isSeen =
          schema.broken.length === 0 && schema.loophole === undefined && this.#row().touched === 0
        if (!isSeen) connection.exec(incident)
        connection.exec("UPDATE syncline_tracking SET round = (round & 4294967295) + 1")
        const { round, incident: count, accepted } = this.#row()
        const unsure = schema.loophole ?? (count === accepted ? undefined : notRead)
        return { round, incident: count, ...(unsure === undefined ? {} : { unsure }) }
      })
    })
  }

  leafOf(key: Uint8Array, digest: Uint8Array): string {
    return this.#parts.sealer.leaf(key, digest, this.#parts.facts())
  }

  sums(paths: readonly string[]): ReturnType<SinkTracking["sums"]> {
    return this.#parts.read("reading sums", () => paths.map(path => this.tree.sumAt(path)))
  }

  leaves(bucket: string): Promise<readonly TreeLeaf[]> {
    return this.#parts.read("reading a bucket", () =>
      this.#leaves.all(bucket).map(([id, leaf]) => ({ id: id as string, leaf: leaf as string }))
    )
  }

  marked({ round }: TrackingRound, after: string | undefined, limit: number): Promise<readonly string[]> {
    const parameters = [...rangeParameters(after, undefined), round, limit]
    return this.#parts.read("reading marks", () => {
      const ids = this.#marked.all(...parameters).map(([id]) => id as string)
      if (ids.some(mayHideBytes)) this.#mustBeGone(this.#markBytes.all(...parameters))
      return ids
    })
  }

  forget({ round }: TrackingRound, ids: readonly string[]): Promise<void> {
    const { connection, write } = this.#parts
    if (ids.length === 0) return Promise.resolve()
    const forget = connection.prepare("DELETE FROM syncline_marks WHERE id = ? AND round < ?")
    return write("taking away marks", () =>
      this.own.account(() => {
        for (const id of ids) forget.run(id, round)
      })
    )
  }

  accept({ round, incident: count, unsure }: TrackingRound): Promise<void> {
    const { connection, write } = this.#parts
    return write("keeping what was verified", () =>
      this.own.account(() => {
        const row = this.#row()
        if (row.incident !== count || row.touched !== 0) return
        connection.prepare("UPDATE syncline_tracking SET accepted = ?").run(count)
        connection.prepare("DELETE FROM syncline_marks WHERE round < ?").run(round)
        if (unsure !== undefined) this.tree.fill()
      })
    )
  }

  #row(): TrackingRow {
    const { connection } = this.#parts
    return connection
      .prepare("SELECT round, incident, accepted, touched FROM syncline_tracking")
      .get() as TrackingRow
  }

  /** Keys that are no UTF-8 cannot be looked at; their marks are in nobody's way once nothing lies under them. */
  #mustBeGone(keys: readonly (readonly unknown[])[]): void {
    const { connection, projection } = this.#parts
    const foreign = keys.filter(([hex]) => !isUtf8(Buffer.from(hex as string, "hex")))
    const tables = [
      ...projection.tables.map(table => [table.name, keyColumns(table)[0] ?? "id"]),
      ["syncline_records", "id"]
    ]
    for (const [hex] of foreign)
      for (const [table = "", column = ""] of tables) {
        const found = prepareRaw(
          connection,
          `SELECT hex(${column}) FROM ${table} WHERE ${column} = CAST(unhex(?) AS TEXT)`
        )
        mustBeUtf8(table, column, found.all(hex))
      }
  }
}

const notRead =
  "it may have been changed while nobody took account of it (that was begun only later, or was tampered with)"
