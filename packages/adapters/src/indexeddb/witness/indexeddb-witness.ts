import { coreError, type Witness, type WitnessRecord } from "@syncline/core"
import type { IdbDatabase } from "../driver/idb-driver.ts"
import { writeOnce } from "../driver/run-transaction.ts"
import { type DatabaseKind, openDatabase } from "../driver/open-database.ts"

/** The database in which the witnesses of all stores of an origin lie. */
const databaseName = "syncline-witness"
const records = "syncline_witness"

const kind: DatabaseKind = {
  title: "identity witness",
  marker: records,
  version: 1,
  upgrade: database => void database.createObjectStore(records)
}

/**
 * The witness of the store of that name: a record in a second database of the origin, so that whoever exports, imports,
 * copies or restores the store's database does not take it along. A browser that clears the origin's data takes both,
 * and the store, then empty, begins under a new identity.
 *
 * Saves are not flushed to disk. Losing the newest one with the power is safe: the store then extends an older record,
 * which is what an undisturbed store does, too.
 *
 * @throws SynclineError `witness-unavailable`, from its methods.
 */
export function indexedDbWitness(store: string): Witness {
  return new IndexedDbWitness(store)
}

class IndexedDbWitness implements Witness {
  readonly #store: string
  #database: Promise<IdbDatabase> | undefined

  constructor(store: string) {
    this.#store = store
  }

  load(): Promise<WitnessRecord | undefined> {
    return this.#guard("read", async database => {
      const found = await database.get(records, this.#store)
      return isRecord(found) ? found : undefined
    })
  }

  save({ token, nextToken, position, logHash }: WitnessRecord): Promise<void> {
    return this.#guard("written", async database => {
      // Bytes of their own: views are stored with all of the buffer they are of.
      const record = {
        token: token.slice(),
        nextToken: nextToken.slice(),
        position,
        logHash: logHash.slice()
      }
      await writeOnce(database, [records], "relaxed", transaction => {
        transaction.objectStore(records).put(record, this.#store)
      })
    })
  }

  close(): void {
    const database = this.#database
    this.#database = undefined
    void database?.then(
      opened => opened.close(),
      () => {}
    )
  }

  async #guard<T>(what: string, action: (database: IdbDatabase) => Promise<T>): Promise<T> {
    try {
      this.#database ??= this.#open()
      return await action(await this.#database)
    } catch (cause) {
      // Opened anew the next time: the connection may be what failed.
      this.close()
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw coreError(
        "witness-unavailable",
        `the identity witness of ${this.#store} cannot be ${what} in the database ${databaseName} (${reason}); delete that database, or choose an identity explicitly`,
        { cause, details: { store: this.#store, database: databaseName } }
      )
    }
  }

  async #open(): Promise<IdbDatabase> {
    const release = () => this.close()
    return openDatabase(databaseName, kind, { onBlocking: release, onVanished: release })
  }
}

function isRecord(found: unknown): found is WitnessRecord {
  if (typeof found !== "object" || found === null) return false
  const { token, nextToken, position, logHash } = found as Partial<Record<keyof WitnessRecord, unknown>>
  return (
    Number.isSafeInteger(position) &&
    [token, nextToken, logHash].every(bytes => bytes instanceof Uint8Array && bytes.length === 16)
  )
}
