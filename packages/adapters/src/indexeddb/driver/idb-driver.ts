import { openDB, unwrap } from "idb"

/** What IndexedDB takes as a key here. Bytes are ordered as bytes, and arrays after them. */
export type IdbKey = number | string | ArrayBuffer | readonly IdbKey[]

/** A range of keys; made by `keyRange`. */
export interface IdbRange {
  readonly lower: unknown
  readonly upper: unknown
}

/** One object store within a transaction, as far as Syncline uses it. Every call is one request. */
export interface IdbObjectStore {
  readonly keyPath: unknown
  readonly indexNames: Iterable<string>
  get(key: IdbKey | IdbRange): Promise<unknown>
  getAll(range?: IdbRange, count?: number): Promise<readonly unknown[]>
  getAllKeys(range?: IdbRange, count?: number): Promise<readonly unknown[]>
  count(range?: IdbRange): Promise<number>
  openCursor(
    range?: IdbRange | null,
    direction?: "next" | "prev"
  ): Promise<{ readonly value: unknown } | null>
  put(value: unknown, key?: IdbKey): Promise<unknown>
  delete(key: IdbKey | IdbRange): Promise<void>
  clear(): Promise<void>
  createIndex(name: string, path: string | readonly string[]): unknown
}

/** A transaction. It ends by itself once nothing is asked of it: no other promise may be awaited meanwhile. */
export interface IdbTransaction {
  readonly done: Promise<void>
  objectStore(name: string): IdbObjectStore
  abort(): void
}

/** How far the platform is asked to go before a transaction counts as complete. */
export type IdbDurability = "strict" | "relaxed"

/** An open database, through idb. The methods that name a store run in a transaction of their own. */
export interface IdbDatabase {
  readonly version: number
  readonly objectStoreNames: Iterable<string>
  createObjectStore(name: string, options?: { readonly keyPath: string | readonly string[] }): IdbObjectStore
  deleteObjectStore(name: string): void
  transaction(
    stores: readonly string[],
    mode: "readonly" | "readwrite",
    options?: { readonly durability: IdbDurability }
  ): IdbTransaction
  get(store: string, key: IdbKey | IdbRange): Promise<unknown>
  getAll(store: string, range?: IdbRange, count?: number): Promise<readonly unknown[]>
  getAllKeys(store: string, range?: IdbRange, count?: number): Promise<readonly unknown[]>
  getAllFromIndex(store: string, index: string, key: IdbKey): Promise<readonly unknown[]>
  close(): void
}

/** What may happen to a connection and to its opening. */
export interface IdbCallbacks {
  upgrade?(database: IdbDatabase, oldVersion: number, newVersion: number, transaction: IdbTransaction): void
  /** Others do not let go of the database. */
  blocked?(): void
  /** Somebody waits for this connection to let go. */
  blocking?(): void
  /** The platform closed the connection. */
  terminated?(): void
}

/**
 * Opens a database by idb, whose own types need those of browsers. Without a version: as it is, or new with version 1.
 */
export function openIdb(
  name: string,
  version: number | undefined,
  callbacks: IdbCallbacks
): Promise<IdbDatabase> {
  const open = openDB as unknown as (
    name: string,
    version: number | undefined,
    callbacks: IdbCallbacks
  ) => Promise<IdbDatabase>
  return open(name, version, callbacks)
}

/** A request without a promise. */
interface NativeRequest {
  readonly result: unknown
  addEventListener(type: "success", listener: () => void): void
}

/** An object store without promises. */
interface NativeObjectStore {
  get(key: IdbKey): NativeRequest
  put(value: unknown, key?: IdbKey): NativeRequest
  delete(key: IdbKey | IdbRange): NativeRequest
  clear(): NativeRequest
}

/** A transaction without promises. */
export interface NativeTransaction {
  readonly error: Error | null
  addEventListener(type: "complete" | "abort", listener: () => void): void
  objectStore(name: string): NativeObjectStore
  abort(): void
}

/**
 * Begins a transaction that writes, without promises: in Chromium hearing of each request costs three times what the
 * request does, and a transaction whose requests fail says so itself.
 */
export function beginNative(
  database: IdbDatabase,
  stores: readonly string[],
  durability: IdbDurability
): NativeTransaction {
  const native = (unwrap as (wrapped: unknown) => unknown)(database) as {
    transaction(stores: readonly string[], mode: "readwrite", options: object): NativeTransaction
  }
  return native.transaction(stores, "readwrite", { durability })
}

interface KeyRanges {
  lowerBound(lower: unknown, open?: boolean): IdbRange
  upperBound(upper: unknown, open?: boolean): IdbRange
  bound(lower: unknown, upper: unknown, lowerOpen?: boolean, upperOpen?: boolean): IdbRange
}

/** The platform's `IDBKeyRange`. */
export function keyRanges(): KeyRanges {
  return (globalThis as unknown as { readonly IDBKeyRange: KeyRanges }).IDBKeyRange
}

/** Whether this platform has IndexedDB at all. */
export function hasIndexedDb(): boolean {
  return (globalThis as { readonly indexedDB?: unknown }).indexedDB !== undefined
}
