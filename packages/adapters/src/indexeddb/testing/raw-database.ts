import { type IdbCallbacks, type IdbDatabase, type IdbObjectStore, openIdb } from "../driver/idb-driver.ts"

/** Any database, as somebody else opens it. */
export function openRaw(name: string, version?: number, callbacks: IdbCallbacks = {}): Promise<IdbDatabase> {
  return openIdb(name, version, callbacks)
}

/** Changes a row of a closed database by hand. */
export async function damage(
  name: string,
  store: string,
  change: (objects: IdbObjectStore) => Promise<unknown>
): Promise<void> {
  const database = await openRaw(name)
  const transaction = database.transaction([store], "readwrite")
  await Promise.all([change(transaction.objectStore(store)), transaction.done])
  database.close()
}

/** Names and rows of everything in a database. */
export async function contentOf(name: string): Promise<unknown> {
  const database = await openRaw(name)
  const rows: unknown[] = []
  for (const store of database.objectStoreNames)
    rows.push([store, await database.getAllKeys(store), await database.getAll(store)])
  const content = [database.version, rows]
  database.close()
  return content
}
