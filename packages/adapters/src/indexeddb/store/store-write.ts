import type { IdbDatabase, IdbDurability, IdbKey, NativeTransaction } from "../driver/idb-driver.ts"
import { aborted, writeOnce } from "../driver/run-transaction.ts"
import { type StoreName, stores } from "./store-schema.ts"

/** One request of a transaction that writes; without a value the row is deleted, without a key all are. */
export interface StoreWrite {
  readonly store: StoreName
  readonly key?: IdbKey
  readonly value?: unknown
}

/**
 * Writes in one transaction, if the store is still this session's.
 *
 * @returns whether the session's token was still there; nothing was written if not.
 */
export async function writeAll(
  database: IdbDatabase,
  durability: IdbDurability,
  token: Uint8Array,
  writes: readonly StoreWrite[]
): Promise<boolean> {
  const names = new Set<string>([stores.log, ...writes.map(({ store }) => store)])
  try {
    await writeOnce(database, [...names], durability, transaction => {
      const check = transaction.objectStore(stores.log).get("session")
      check.addEventListener("success", () => {
        if (!isSame(check.result, token)) transaction.abort()
      })
      for (const write of writes) request(transaction, write)
    })
    return true
  } catch (cause) {
    if (cause === aborted) return false
    throw cause
  }
}

/** Whether the session's token is still there. */
export async function holdsToken(database: IdbDatabase, token: Uint8Array): Promise<boolean> {
  return isSame(await database.get(stores.log, "session"), token)
}

function request(transaction: NativeTransaction, { store, key, value }: StoreWrite): void {
  const objects = transaction.objectStore(store)
  if (key === undefined) objects.clear()
  else if (value === undefined) objects.delete(key)
  else objects.put(value, key)
}

function isSame(found: unknown, token: Uint8Array): boolean {
  return found instanceof Uint8Array && token.every((byte, index) => found[index] === byte)
}
