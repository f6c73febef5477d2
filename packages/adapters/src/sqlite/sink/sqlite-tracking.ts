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
  accountGone,
  makeTables,
  makeTriggers,
  readTrackingSchema,
  removeTracking,
  schemaVersion,
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
  /** SQLite's count of changes of the schema, when the sink last looked at that, or made something itself. */
  readonly schema_seen: number
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
  const row = before.tables === "whole" ? readRow(connection) : undefined
  if (row === undefined) {
    removeTracking(connection)
    makeTables(connection)
  }
  makeTriggers(connection, projection, readTrackingSchema(connection, projection).broken)
  // Where nothing was made, what others did to the schema is for the next round to find.
  if (row !== undefined && schemaVersion(connection) === before.version) return
  const isSeen =
    row === undefined
      ? isEmpty(connection, projection)
      : before.broken.length === 0 && before.version === row.schema_seen
  const tree = new TreeWriter(connection, sealer)
  new OwnWrites(connection, projection, tree).account(() => {
    if (row === undefined && !isSeen) tree.fill()
    if (!isSeen) connection.exec(incident)
    keepSchemaSeen(connection)
  })
}

/** What happened since counts as unseen. */
const incident = "UPDATE syncline_tracking SET incident = (incident & 4294967295) + 1, touched = 0"

/** The schema is as it is now by what the sink looked at, and by what it made. */
function keepSchemaSeen(connection: SqliteConnection): void {
  connection.prepare("UPDATE syncline_tracking SET schema_seen = ?").run(schemaVersion(connection))
}

function readRow(connection: SqliteConnection): TrackingRow | undefined {
  return connection
    .prepare("SELECT round, incident, accepted, touched, schema_seen FROM syncline_tracking")
    .get() as TrackingRow | undefined
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
    const { connection, projection } = this.#parts
    return this.#write("beginning a round of verification", () => {
      const schema = readTrackingSchema(connection, projection)
      makeTriggers(connection, projection, schema.broken)
      return this.own.account(() => {
        const { touched, schema_seen } = this.#row()
        const isSeen = vouches(schema) && touched === 0 && schema_seen === schema.version
        if (!isSeen) connection.exec(incident)
        keepSchemaSeen(connection)
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
    return this.#read("reading sums", () => paths.map(path => this.tree.sumAt(path)))
  }

  leaves(bucket: string): Promise<readonly TreeLeaf[]> {
    return this.#read("reading a bucket", () =>
      this.#leaves.all(bucket).map(([id, leaf]) => ({ id: id as string, leaf: leaf as string }))
    )
  }

  marked({ round }: TrackingRound, after: string | undefined, limit: number): Promise<readonly string[]> {
    const parameters = [...rangeParameters(after, undefined), round, limit]
    return this.#read("reading marks", () => {
      const ids = this.#marked.all(...parameters).map(([id]) => id as string)
      if (ids.some(mayHideBytes)) this.#mustBeGone(this.#markBytes.all(...parameters))
      return ids
    })
  }

  forget({ round }: TrackingRound, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return Promise.resolve()
    return this.#write("taking away marks", () =>
      this.own.account(() => {
        const forget = this.#parts.connection.prepare("DELETE FROM syncline_marks WHERE id = ? AND round < ?")
        for (const id of ids) forget.run(id, round)
      })
    )
  }

  accept({ round, incident: count, unsure }: TrackingRound): Promise<void> {
    const { connection, projection } = this.#parts
    return this.#write("keeping what was verified", () => {
      // Through what is still open, something may change as soon as this is written.
      if (!vouches(readTrackingSchema(connection, projection))) return
      this.own.account(() => {
        const row = this.#row()
        if (row.incident !== count || row.touched !== 0) return
        connection.prepare("UPDATE syncline_tracking SET accepted = ?").run(count)
        connection.prepare("DELETE FROM syncline_marks WHERE round < ?").run(round)
        if (unsure !== undefined) this.tree.fill()
      })
    })
  }

  #read<T>(doing: string, action: () => T): Promise<T> {
    return this.#parts.read(doing, () => {
      this.own.look()
      return action()
    })
  }

  #write<T>(doing: string, action: () => T): Promise<T> {
    return this.#parts.write(doing, () => {
      this.own.look()
      return action()
    })
  }

  #row(): TrackingRow {
    const row = readRow(this.#parts.connection)
    if (row === undefined) throw accountGone()
    return row
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

/** Whether by what is there no change goes unnoticed. */
function vouches({ broken, loophole }: TrackingSchema): boolean {
  return broken.length === 0 && loophole === undefined
}

const notRead =
  "it may have been changed while nobody took account of it (that was begun only later, or was tampered with)"
