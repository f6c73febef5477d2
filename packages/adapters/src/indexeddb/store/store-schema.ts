import type { IdbDatabase } from "../driver/idb-driver.ts"
import type { DatabaseKind } from "../driver/open-database.ts"

/** Names of the object stores, all without key paths. */
export const stores = {
  /** Keys `folded` and `swept` (log positions), `pages` (their number). */
  meta: "syncline_store",
  /** Pages of documents' entries in the order of ids; the key is where a page begins. See `EntryPages`. */
  documents: "documents",
  /** Entries that are newer than those of the pages, of appends without records, by number. See `HeldEntries`. */
  pending: "pending",
  /**
   * Log records, packed, by the last position in each, with the entries that are newer than those of the pages. See
   * `segment.ts`. Under `session` 16 bytes say whose the store is: here, so that most appends need no other object store.
   */
  log: "log",
  /** Base snapshots by the document's id. */
  bases: "bases",
  /** `{ key, value }` by `[space, key]`. */
  values: "values"
} as const

/** Name of an object store. */
export type StoreName = (typeof stores)[keyof typeof stores]

/** Every schema there was, in order; never edit one that was released. */
const migrations: readonly ((database: IdbDatabase) => void)[] = [
  database => {
    for (const name of Object.values(stores)) database.createObjectStore(name)
  }
]

/** What a store's database is. */
export const storeKind: DatabaseKind = {
  title: "IndexedDB store",
  marker: stores.meta,
  version: migrations.length,
  upgrade(database, from, to) {
    for (const migration of migrations.slice(from, to)) migration(database)
  }
}
