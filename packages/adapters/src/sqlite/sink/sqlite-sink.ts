import { existsSync } from "node:fs"
import { dirname, resolve } from "node:path"
import {
  coreError,
  defineProjection,
  type Projection,
  Sealer,
  type Sink,
  type SinkContext,
  type TableDefinition
} from "@syncline/core"
import { mustLeaveLeased } from "@syncline/core/projection"
import { HeldFile } from "../driver/held-file.ts"
import { loadSqliteDriver, type SqliteConnection, type SqliteDriver } from "../driver/sqlite-driver.ts"
import { writeTransactions } from "../driver/transaction.ts"
import { LeaseRow } from "./lease-row.ts"
import { sinkFailure } from "./sink-failure.ts"
import { mustTakeWrites } from "./renew-records.ts"
import { prepareSchema, writtenTables } from "./sink-schema.ts"
import { altersTracking, prepareTracking } from "./sqlite-tracking.ts"
import { readTrackingSchema } from "./tracking-schema.ts"
import { SqliteSinkSession } from "./sqlite-sink-session.ts"

/** What a SQLite sink may be told. */
export interface SqliteSinkOptions {
  /** Default `sqlite`. Several sinks of a replica need different names, and different files. */
  readonly name?: string
  /** What documents become. Default: one table `documents` with a row for each. */
  readonly tables?: readonly TableDefinition[]
  /** See `ProjectionOptions.revision`. */
  readonly revision?: number
  /** How long another connection's transaction is waited for, the event loop standing still. Default 5,000. */
  readonly busyTimeoutMs?: number
  /**
   * Keeps account of changes, for `verify({ mode: { kind: "merkle" } })`: a tree over what the sink wrote, and marks that triggers make at what others change. In tables
   * named `syncline_…`; some 60 bytes a document, and part of each write. Begun on a file that has records, it needs one full verification that finds nothing;
   * so it does after others changed the schema, or ran VACUUM. All who write to the file through Syncline must say the same. Default false; then what was kept is removed.
   */
  readonly tracking?: boolean
}

const defaultBusyTimeoutMs = 5000

/**
 * A sink in a SQLite file, through better-sqlite3: tables for plain SQL, kept equal to the documents. The file may be
 * the store's own, or an application's; beside the declared tables the sink keeps `syncline_sink`, `syncline_lease`,
 * `syncline_records` and `syncline_watermarks`, with `tracking` four more.
 *
 * Batches are transactions in WAL mode with `synchronous = NORMAL`: they survive the process. Loss of power may take the
 * last ones back together with their watermark; they are then applied again.
 *
 * A file that cannot be opened does not keep the replica from opening: the sink is tried again in the background, and
 * `replica.sink(name).status` says why.
 *
 * @throws SynclineError `projection-invalid` for a bad declaration.
 */
export function sqliteSink(path: string, options: SqliteSinkOptions = {}): Sink {
  const projection = projectionOf(options.tables, options)
  const vectors = projection.tables.find(({ vector }) => vector !== undefined)
  if (vectors !== undefined)
    throw coreError(
      "projection-invalid",
      `table "${vectors.name}" has vectors; use sqliteVecSink of @syncline/adapters/sqlite-vec`
    )
  return sinkOver(path, projection, options, () => Promise.resolve(() => {}))
}

/** Checks what was declared. */
export function projectionOf(
  tables: Parameters<typeof defineProjection>[0],
  { revision }: Pick<SqliteSinkOptions, "revision">
): Projection {
  return defineProjection(tables, revision === undefined ? {} : { revision })
}

/** A sink in a SQLite file; `loadExtensions` gives what a connection needs before its tables are looked at. */
export function sinkOver(
  path: string,
  projection: Projection,
  options: Omit<SqliteSinkOptions, "tables">,
  loadExtensions: () => Promise<(connection: SqliteConnection) => void>
): Sink {
  const name = options.name ?? "sqlite"
  return {
    name,
    async open(context) {
      const driver = await loadSqliteDriver()
      const extend = await loadExtensions()
      const { busyTimeoutMs: timeout = defaultBusyTimeoutMs, tracking = false } = options
      return openSession({ driver, path, name, projection, context, timeout, tracking, extend })
    }
  }
}

interface Opening {
  readonly driver: SqliteDriver
  readonly path: string
  readonly name: string
  readonly projection: Projection
  readonly context: SinkContext
  readonly timeout: number
  readonly tracking: boolean
  readonly extend: (connection: SqliteConnection) => void
}

function openSession(opening: Opening): SqliteSinkSession {
  const { driver, path, name, projection, context, timeout, tracking, extend } = opening
  let file: HeldFile | undefined
  try {
    mustHaveFolder(path)
    const held = new HeldFile(driver, path, { timeout })
    file = held
    const { connection: opened } = held
    extend(opened)
    // Records of a former format are held there while their table is made anew; not within a transaction, SQLite says.
    opened.pragma("temp_store = MEMORY")
    // What is refused must not have been touched: looking comes before switching the journal.
    const facts = writeTransactions(opened)(() => {
      held.look()
      const before = readTrackingSchema(opened, projection)
      const { facts: prepared, renewed } = prepareSchema(opened, name, projection, alters =>
        mustLeaveLeased(
          name,
          new LeaseRow(opened).read(),
          context,
          alters || altersTracking(before, tracking)
        )
      )
      const sealer = new Sealer(context.sealKey)
      prepareTracking({ connection: opened, projection, sealer }, before, tracking)
      if (renewed) mustTakeWrites(opened, writtenTables(projection))
      return prepared
    })
    opened.pragma("temp_store = DEFAULT")
    const journal = opened.pragma("journal_mode = WAL", { simple: true })
    // Without the log, NORMAL could leave a damaged file behind.
    opened.pragma(`synchronous = ${journal === "wal" ? "NORMAL" : "FULL"}`)
    held.look()
    return new SqliteSinkSession({ path, file: held, projection, context, facts, tracking })
  } catch (cause) {
    file?.releaseQuietly()
    throw sinkFailure(cause, `opening ${path}`)
  }
}

// The driver throws an error without a code there, and does not say which folder.
function mustHaveFolder(path: string): void {
  const folder = dirname(resolve(path))
  if (existsSync(folder)) return
  throw coreError(
    "sink-failed",
    `"${path}" cannot be a SQLite sink: the folder ${folder} does not exist; create it, the sink is tried again`,
    { details: { path } }
  )
}
