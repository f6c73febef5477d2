import {
  coreError,
  defineProjection,
  isSynclineError,
  type Projection,
  type Sink,
  type SinkContext,
  type TableDefinition,
  type Watermark
} from "@syncline/core"
import type { IdbDatabase } from "../driver/idb-driver.ts"
import { idbFailure } from "../driver/idb-failure.ts"
import { runTransaction } from "../driver/run-transaction.ts"
import { IndexedDbSinkSession, watermarkKey } from "./indexeddb-sink-session.ts"
import { adoptMapping, openSinkDatabase, sinkStores } from "./sink-database.ts"

/** What an IndexedDB sink may be told. */
export interface IndexedDbSinkOptions {
  /** Default `indexeddb`. Several sinks of a replica need different names, and different databases. */
  readonly name?: string
  /** What documents become. Default: one object store `documents` with a row for each. */
  readonly tables?: readonly TableDefinition[]
  /** See `ProjectionOptions.revision`. */
  readonly revision?: number
}

/**
 * A sink in an IndexedDB database of this origin, through idb: an object store for each declared table, with an index for
 * each column that is declared so, kept equal to the documents. Rows are plain objects; a document's own lie under its id,
 * those of child tables under `[parent_id, ordinal]`. Booleans are 0 and 1, JSON is text, as in other sinks.
 *
 * The database is the sink's alone. Where tables are declared otherwise than before, it is upgraded to a version one
 * higher, and whoever has it open is asked to let go; so open it for reading without a version.
 *
 * @throws SynclineError `projection-invalid` for a bad declaration.
 */
export function indexedDbSink(database: string, options: IndexedDbSinkOptions = {}): Sink {
  const { revision, tables, name = "indexeddb" } = options
  const projection = defineProjection(tables, revision === undefined ? {} : { revision })
  const vectors = projection.tables.find(({ vector }) => vector !== undefined)
  if (vectors !== undefined)
    throw coreError(
      "projection-invalid",
      `table "${vectors.name}" has vectors, and IndexedDB cannot search them`
    )
  return { name, open: context => openSession(database, name, projection, context) }
}

async function openSession(
  place: string,
  name: string,
  projection: Projection,
  context: SinkContext
): Promise<IndexedDbSinkSession> {
  let database: IdbDatabase | undefined
  let session: IndexedDbSinkSession | undefined
  const lose = (why: string): void => {
    session?.lose("sink-fenced", `${why}; open it anew`)
    database?.close()
  }
  try {
    database = await openSinkDatabase(place, name, projection, context, {
      onBlocking: () => lose("is being deleted or upgraded by somebody else"),
      onVanished: () => lose("was taken away by the browser")
    })
    const { sink, records } = sinkStores
    const found = await runTransaction(database, [sink, records], "readwrite", async transaction => ({
      facts: await adoptMapping(transaction, name, projection, context),
      watermark: (await transaction.objectStore(sink).get(watermarkKey(context.epoch))) as
        | Watermark
        | undefined,
      hasRecords: (await transaction.objectStore(records).count()) > 0
    }))
    session = new IndexedDbSinkSession({ database, place, projection, context, ...found })
    return session
  } catch (cause) {
    database?.close()
    // Another tab that does not let go, or a platform in trouble: it may be otherwise the next time.
    if (isSynclineError(cause, "store-locked") || isSynclineError(cause, "store-failed"))
      throw coreError("sink-failed", cause.message, { cause })
    throw idbFailure(cause, `opening the IndexedDB sink ${place}`, "sink-failed")
  }
}
