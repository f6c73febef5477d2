import { coreError } from "@syncline/core"

/** A prepared statement, as far as Syncline uses it. Parameters: numbers, strings, `Uint8Array`, `null`. */
export interface SqliteStatement {
  run(...parameters: readonly unknown[]): {
    readonly changes: number
    readonly lastInsertRowid: number | bigint
  }
  get(...parameters: readonly unknown[]): unknown
  all(...parameters: readonly unknown[]): unknown[]
  iterate(...parameters: readonly unknown[]): IterableIterator<unknown>
}

/** The part of better-sqlite3's `Database` that Syncline uses. Synchronous; blobs come back as Node buffers. */
export interface SqliteConnection {
  readonly inTransaction: boolean
  /** Whether the database has no file. */
  readonly memory: boolean
  prepare(sql: string): SqliteStatement
  exec(sql: string): unknown
  pragma(source: string, options?: { readonly simple?: boolean }): unknown
  loadExtension(path: string): unknown
  close(): unknown
}

/** Opens connections: better-sqlite3's `Database`. */
export interface SqliteDriver {
  new (
    path: string,
    options?: { readonly readonly?: boolean; readonly fileMustExist?: boolean; readonly timeout?: number }
  ): SqliteConnection
}

/** The oldest Node on which better-sqlite3 13 loads; older ones end with a crash of the process, not with an error. */
const oldestNode = 22

/**
 * Loads better-sqlite3 when it is first needed, so that it stays an optional dependency.
 *
 * @throws SynclineError `store-failed` when this Node is too old for it, or when it is not installed.
 */
export async function loadSqliteDriver(
  nodeVersion: string = process.versions.node,
  name = "better-sqlite3"
): Promise<SqliteDriver> {
  if (Number.parseInt(nodeVersion, 10) < oldestNode)
    throw coreError(
      "store-failed",
      `better-sqlite3 13 needs Node ${oldestNode} or newer and this is ${nodeVersion}; upgrade Node`,
      {
        details: { nodeVersion }
      }
    )
  try {
    // By a variable, for the types of better-sqlite3 are not among our dependencies.
    const module = (await import(name)) as { readonly default: SqliteDriver }
    return module.default
  } catch (cause) {
    throw coreError(
      "store-failed",
      "better-sqlite3 does not load; install it with: npm install better-sqlite3@13",
      { cause }
    )
  }
}
