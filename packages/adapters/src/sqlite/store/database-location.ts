import { existsSync, lstatSync, realpathSync, statSync } from "node:fs"
import { basename, dirname, join, resolve } from "node:path"
import { coreError } from "@syncline/core"

/** Where a database lies, links resolved, so that two names of one file find the same lock. */
export interface DatabaseLocation {
  /** Absolute. */
  readonly path: string
  /** Held by the session that may write; lies beside the database and stays when it is closed. */
  readonly lockPath: string
}

/**
 * Checks and resolves the path of a database, which need not exist yet. A file with several hard links is refused: each
 * name would get a lock and a write-ahead log of its own, and the database would be damaged
 * (https://sqlite.org/howtocorrupt.html, 2.4).
 *
 * @throws SynclineError `store-failed` for `:memory:`, a URI, a directory, a folder that does not exist, a file with
 *   several hard links, or a symbolic link that leads nowhere.
 */
export function locateDatabase(path: string): DatabaseLocation {
  if (path.trim() === "" || path === ":memory:" || path.startsWith("file:"))
    throw unusable(path, "name a file; for a store without one, use memoryStore() of @syncline/core")
  const absolute = resolve(path)
  const folder = dirname(absolute)
  if (!existsSync(folder)) throw unusable(path, `the folder ${folder} does not exist; create it first`)
  const real = existsSync(absolute) ? realpathSync(absolute) : join(realpathSync(folder), basename(absolute))
  const file = statSync(real, { throwIfNoEntry: false })
  if (file === undefined && lstatSync(real, { throwIfNoEntry: false }) !== undefined)
    throw unusable(path, "it is a link to a file that does not exist; name that file")
  if (file?.isDirectory() === true) throw unusable(path, "it is a directory; name a file in it")
  if (file !== undefined && file.nlink > 1)
    throw unusable(path, `the file has ${file.nlink} hard links; keep one name, or copy it`)
  return { path: real, lockPath: `${real}-syncline-lock` }
}

function unusable(path: string, why: string): Error {
  return coreError("store-failed", `"${path}" cannot be a SQLite store: ${why}`, { details: { path } })
}
