import {
  forceCloseDatabase,
  IDBCursor,
  IDBDatabase,
  IDBFactory,
  IDBIndex,
  IDBKeyRange,
  IDBObjectStore,
  IDBOpenDBRequest,
  IDBRequest,
  IDBTransaction
} from "fake-indexeddb"

const classes = {
  IDBCursor,
  IDBDatabase,
  IDBIndex,
  IDBKeyRange,
  IDBObjectStore,
  IDBOpenDBRequest,
  IDBRequest,
  IDBTransaction
}

let names = 0
let factory: object = {}

/** Gives this process an empty IndexedDB, as browsers have it. */
export function useFakeIndexedDb(): void {
  // Its types need those of browsers, which nothing else here does.
  const Factory = IDBFactory as unknown as new () => object
  factory = new Factory()
  Object.assign(globalThis, classes, { indexedDB: factory })
}

/** A database name that no other test of the file has. */
export function freshName(): string {
  return `test-${++names}`
}

/** Takes a database away as a browser does that needs the space, connections and all. */
export function evict(name: string): void {
  // What fake-indexeddb calls private is all there is to see of its connections.
  const databases = Reflect.get(factory, "_databases") as Map<string, FakeDatabase>
  for (const connection of databases.get(name)?.connections ?? []) forceCloseDatabase(connection)
  databases.delete(name)
}

interface FakeDatabase {
  readonly connections: readonly (typeof IDBDatabase)[]
}

/** From here on every transaction that puts something ends as one that finds the origin's space used up; gives the end. */
export function fillStorage(): () => void {
  const { prototype } = IDBObjectStore as unknown as {
    readonly prototype: { put: (...parameters: unknown[]) => unknown }
  }
  const { put } = prototype
  prototype.put = function (this: { readonly transaction: object }, ...parameters: unknown[]) {
    const request: unknown = put.apply(this, parameters)
    queueMicrotask(() => abortFull(this.transaction))
    return request
  }
  return () => {
    prototype.put = put
  }
}

/** From here on takes note of the durability that writing transactions ask for; gives what came, and ends. */
export function watchDurability(): () => readonly unknown[] {
  const { prototype } = IDBDatabase as unknown as {
    readonly prototype: { transaction: (...parameters: unknown[]) => unknown }
  }
  const { transaction } = prototype
  const asked: unknown[] = []
  prototype.transaction = function (this: unknown, ...parameters: unknown[]) {
    const [, mode, options] = parameters
    if (mode === "readwrite") asked.push((options as { readonly durability?: unknown }).durability)
    return transaction.apply(this, parameters)
  }
  return () => {
    prototype.transaction = transaction
    return asked
  }
}

/** As browsers do: the transaction's error says why, and its requests' that it was aborted. */
function abortFull(transaction: object): void {
  const abort = Reflect.get(transaction, "_abort") as (errorName: string) => void
  abort.call(transaction, "QuotaExceededError")
}
