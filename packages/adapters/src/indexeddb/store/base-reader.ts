import type { DocumentId } from "@syncline/core"
import type { IdbDatabase } from "../driver/idb-driver.ts"
import { stores } from "./store-schema.ts"
import { bytesOf, keyOfText } from "./stored-bytes.ts"

interface Wanted {
  readonly id: DocumentId
  readonly read: PromiseWithResolvers<unknown>
}

/** Reads bases. Those asked for in one turn are read in one transaction, for beginning one costs more than a read does. */
export class BaseReader {
  readonly #database: IdbDatabase
  #wanted: Wanted[] = []

  constructor(database: IdbDatabase) {
    this.#database = database
  }

  /** A document's base; `undefined` where it has none. */
  async read(id: DocumentId): Promise<Uint8Array | undefined> {
    const read = Promise.withResolvers<unknown>()
    this.#wanted.push({ id, read })
    if (this.#wanted.length === 1) queueMicrotask(() => this.#readWanted())
    const base = await read.promise
    return base === undefined ? undefined : bytesOf(base, `the base of ${id}`)
  }

  #readWanted(): void {
    const wanted = this.#wanted
    this.#wanted = []
    try {
      const bases = this.#database.transaction([stores.bases], "readonly").objectStore(stores.bases)
      for (const { id, read } of wanted) bases.get(keyOfText(id)).then(read.resolve, read.reject)
    } catch (error) {
      // The connection is gone.
      for (const { read } of wanted) read.reject(error)
    }
  }
}
