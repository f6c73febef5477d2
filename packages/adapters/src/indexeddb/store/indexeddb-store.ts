import { coreError, type Store } from "@syncline/core"
import { type ExclusiveLock, takeLock } from "../driver/exclusive-lock.ts"
import type { IdbDatabase, IdbDurability } from "../driver/idb-driver.ts"
import { idbFailure } from "../driver/idb-failure.ts"
import { openDatabase } from "../driver/open-database.ts"
import { indexedDbWitness } from "../witness/indexeddb-witness.ts"
import { IndexedDbSession } from "./indexeddb-session.ts"
import { storeKind, stores } from "./store-schema.ts"
import { loadState } from "./stored-state.ts"

/** How an IndexedDB store keeps its promises. */
export interface IndexedDbStoreOptions {
  /**
   * What an append survives once it is fulfilled. Default `strict`: loss of power, as far as the browser can tell. What
   * was acknowledged has usually been sent to peers, and a store that forgets it must take a new identity. `relaxed` is
   * what browsers do by themselves: it survives the tab and the browser, and perhaps not the machine.
   */
  readonly durability?: "strict" | "relaxed"
}

/** The session once there is one: until then, what happens to the connection shows in the opening. */
interface Opened {
  session?: IndexedDbSession
}

const tokenBytes = 16

/**
 * A store in one IndexedDB database of this origin, through idb, for any number of documents. One session writes, in this
 * or any other tab: it holds a Web Lock named `syncline/indexeddb/<name>`, and where the platform has none, the newest session
 * writes and others end with `store-locked`.
 *
 * `name` is that of the database. A session ends with a typed error when the database is deleted or upgraded by somebody
 * else (`store-locked`), or taken away by the browser (`store-failed`).
 */
export function indexedDbStore(name: string, options: IndexedDbStoreOptions = {}): Store {
  const { durability = "strict" } = options
  return {
    name: `indexeddb ${name}`,
    async open() {
      const opened: Opened = {}
      const lock = await takeLock(`syncline/indexeddb/${name}`, () =>
        opened.session?.lose("store-locked", "was taken over by another tab; reload this one")
      ).catch((cause: unknown) => {
        throw idbFailure(cause, `locking the IndexedDB store ${name}`)
      })
      if (lock === undefined)
        throw coreError(
          "store-locked",
          `the IndexedDB store ${name} is open in another tab; close that one first`,
          {
            details: { name }
          }
        )
      opened.session = await openSession(name, durability, lock, opened)
      return opened.session
    }
  }
}

async function openSession(
  name: string,
  durability: IdbDurability,
  lock: ExclusiveLock,
  opened: Opened
): Promise<IndexedDbSession> {
  let database: IdbDatabase | undefined
  try {
    database = await openDatabase(name, storeKind, {
      onBlocking: () => {
        opened.session?.lose("store-locked", "is being deleted or upgraded by another tab; reload this one")
        database?.close()
      },
      onVanished: () =>
        opened.session?.lose(
          "store-failed",
          "was taken away by the browser (storage cleared or evicted); open it again and sync"
        )
    })
    const token = crypto.getRandomValues(new Uint8Array(tokenBytes))
    // Writes before anything is read: whoever wrote until now is out from here on.
    const taking = database.transaction([stores.log], "readwrite", { durability })
    await Promise.all([taking.objectStore(stores.log).put(token, "session"), taking.done])
    const state = await loadState(database)
    return new IndexedDbSession({ name, durability, state, lock, token, witness: indexedDbWitness(name) })
  } catch (cause) {
    database?.close()
    lock.release()
    throw idbFailure(cause, `opening the IndexedDB store ${name}`)
  }
}
