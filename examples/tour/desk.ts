import { sqliteSink, sqliteStore } from "@syncline/adapters/sqlite"
import { type DocumentId, openReplica, type Replica } from "@syncline/core"
import { yjs } from "@syncline/core/yjs"
import { packages, texts } from "./package-document.ts"
import { packageTables } from "./package-tables.ts"
import type { Tour } from "./tour.ts"

/** A replica of the tour, with the files it keeps. */
export interface Desk {
  readonly name: string
  readonly replica: Replica
  /** The database with the tables. */
  readonly tables: string
}

const sinkName = "tables"

/** Opens a replica with a SQLite store and SQLite tables of its own. */
export async function openDesk(tour: Tour, name: string): Promise<Desk> {
  const tables = tour.path(`${name}-tables.db`)
  const replica = await openReplica({
    store: sqliteStore(tour.path(`${name}.db`), { stateDirectory: tour.stateDirectory }),
    engine: yjs(),
    collections: [packages, texts],
    sinks: [
      {
        // A driver that waits for a lock does so in this thread: it is asked to say so at once, and asked again.
        sink: sqliteSink(tables, { name: sinkName, tables: packageTables, busyTimeoutMs: 0 }),
        backoff: { firstMs: 20, maxMs: 100 },
        breaker: { failures: 3, restMs: 500 }
      }
    ]
  })
  return { name, replica, tables }
}

/** Fulfilled when the tables hold everything committed so far. */
export async function projected({ replica }: Desk): Promise<void> {
  await replica.flush()
  await replica.sink(sinkName).drain()
}

/** Ids of all documents, deleted ones included. */
export async function allIds({ replica }: Desk): Promise<DocumentId[]> {
  const ids: DocumentId[] = []
  for await (const id of replica.list()) ids.push(id)
  return ids
}
