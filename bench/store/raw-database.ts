import { createRequire } from "node:module"

/** What the peers need of better-sqlite3, which comes without types. */
export interface RawStatement {
  run(...parameters: readonly unknown[]): unknown
  get(...parameters: readonly unknown[]): unknown
  all(...parameters: readonly unknown[]): unknown[]
}

/** better-sqlite3 as anybody would use it. */
export interface RawDatabase {
  prepare(sql: string): RawStatement
  pragma(sql: string): unknown
  exec(sql: string): unknown
  loadExtension(path: string): unknown
  transaction<T>(action: (input: T) => void): (input: T) => void
  /** The database file's bytes. */
  serialize(): Uint8Array
  close(): void
}

const Database = createRequire(import.meta.url)("better-sqlite3") as new (
  path: string | Uint8Array
) => RawDatabase

/** Opens a database file in WAL mode. */
export function openRaw(path: string, durability: "power" | "process" = "process"): RawDatabase {
  const database = new Database(path)
  database.pragma("journal_mode = WAL")
  database.pragma(`synchronous = ${durability === "power" ? "FULL" : "NORMAL"}`)
  return database
}

/** Opens a database of its own in memory; `bytes` of a file to begin with. */
export function openInMemory(bytes?: Uint8Array): RawDatabase {
  return new Database(bytes ?? ":memory:")
}
