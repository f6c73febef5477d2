import { type BigIntStats, lstatSync, rmSync, statSync } from "node:fs"
import { resolve } from "node:path"
import type { SqliteConnection, SqliteDriver } from "./sqlite-driver.ts"

/** The write-ahead log and the index into it. */
const besides = ["-wal", "-shm"] as const

/** Windows removes no file that somebody has open. */
const removesOpenFiles = process.platform !== "win32"

/**
 * A database's file as a connection holds it open. Where that was deleted, moved or replaced, SQLite works on in a file that nobody finds any more, and says
 * nothing of it. Where it was moved, and a symbolic link leads to it from its old place, others find it, but keep another write-ahead log for it
 * (https://sqlite.org/howtocorrupt.html, 2.5): it is as if replaced. Where it was emptied, SQLite answers from memory.
 */
export class HeldFile {
  /** To the file; closed in `release`. */
  readonly connection: SqliteConnection
  readonly #driver: SqliteDriver
  /** Absolute: the process may change its folder. */
  readonly #path: string
  /** Where SQLite found it behind symbolic links; the write-ahead log lies beside that. */
  readonly #file: string
  readonly #inode: string | undefined
  /** Those of what lies beside it, by the end of its name; known from when there first was such. */
  readonly #besides = new Map<string, string>()
  #wasFilled = false
  #wasLost = false

  /** @throws what the driver does where the file cannot be opened. */
  constructor(driver: SqliteDriver, path: string, options: { readonly timeout?: number }) {
    this.connection = new driver(path, options)
    this.#driver = driver
    // As the driver takes it.
    this.#path = resolve(path.trim())
    this.#file = fileOf(this.connection) ?? this.#path
    // At once: what is put in its place from here on is another one.
    this.#inode = this.#found()?.inode
  }

  /** To be called when something was read or written while it is opened: from then on it is known what log it has, and, where there is something in it, that it is not empty. */
  look(): void {
    this.#wasLost ||= !this.#isThere()
  }

  /**
   * Whether the path led to it all the time, and to its log, and it was not emptied. A system call for each, 2 µs, or two behind symbolic links; a database in memory always is. One that
   * was put back is not: while it was away its log may have been taken from it, and what is written to that is found by nobody.
   */
  get isInPlace(): boolean {
    this.look()
    return !this.#wasLost
  }

  #isThere(): boolean {
    if (this.connection.memory) return true
    const found = this.#found()
    if (this.#inode === undefined || found?.inode !== this.#inode || this.#isEmptied(found)) return false
    // They stay the same as long as anybody has the database open.
    for (const end of besides) {
      const [known, now] = [this.#besides.get(end), this.#besideNow(end)]
      if (known !== undefined && now !== known) return false
      if (now !== undefined) this.#besides.set(end, now)
    }
    return true
  }

  #isEmptied({ size }: Found): boolean {
    if (size > 0n) this.#wasFilled = true
    // One that is made just now is empty until something is written to it.
    return this.#wasFilled && size === 0n
  }

  /**
   * Closes the connection. SQLite leaves the write-ahead log of a file that is not in place where it lies, beside the path, and whoever opens what is there by now would
   * have it applied to that (https://sqlite.org/howtocorrupt.html, 1.4), or share it with those who still have the former file open: each would write over what the other
   * has in it. So it is emptied into the file it belongs to, and removed, and so is the index, by which those in one process would share even what was made anew.
   *
   * @throws Error where others keep the log in use; the connection is closed all the same.
   */
  release(): void {
    // Once it was put back, with its log, it is closed as any other: those who found it there use that.
    if (this.#isThere()) {
      this.connection.close()
      return
    }
    let guard: SqliteConnection | undefined
    try {
      const found = this.#found()
      if (found?.inode === this.#inode && found?.size === 0n) guard = this.#dropLog()
      else this.#emptyLog()
      // Before it is closed: once it is, others may get the numbers that these are known by.
      if (removesOpenFiles) this.#removeBesides()
    } finally {
      this.connection.close()
      guard?.close()
    }
    if (!removesOpenFiles) this.#removeBesides()
  }

  /** As `release`, where something else went wrong that is to be said. */
  releaseQuietly(): void {
    try {
      this.release()
    } catch {
      // The connection is closed all the same.
    }
  }

  /**
   * Whoever is the last to close a database has SQLite write the log into it, into an emptied one, too, which is no database after that. But whoever opens one that
   * is empty has SQLite remove the log; and while he reads, nothing is written. So one does, until this one is closed.
   */
  #dropLog(): SqliteConnection {
    const guard = new this.#driver(this.#file)
    try {
      guard.exec("BEGIN; SELECT * FROM sqlite_schema")
      return guard
    } catch (cause) {
      guard.close()
      throw cause
    }
  }

  #removeBesides(): void {
    for (const end of besides) if (this.#hasBeside(end)) rmSync(`${this.#file}${end}`, { force: true })
  }

  #emptyLog(): void {
    const isBusy = (): boolean => this.connection.pragma("wal_checkpoint(TRUNCATE)", { simple: true }) !== 0
    try {
      if (!isBusy()) return
    } catch (cause) {
      // Another who had the file open emptied and removed it.
      if (this.#hasBeside("-wal")) throw cause
      return
    }
    throw new Error(
      `${this.#file}-wal is of the file that was there before, and others have it open; close them, and remove it before the database is opened again`
    )
  }

  /** Whether what lies beside the path is of this file: somebody may have put another one there, with its database. */
  #hasBeside(end: string): boolean {
    const inode = this.#besides.get(end)
    return inode !== undefined && this.#besideNow(end) === inode
  }

  #besideNow(end: string): string | undefined {
    const found = lstatSync(`${this.#file}${end}`, { bigint: true, throwIfNoEntry: false })
    return found && inodeOf(found)
  }

  /** What the path leads to; `undefined` where that is not one file. */
  #found(): Found | undefined {
    try {
      const found = lstatSync(this.#file, { bigint: true })
      const inode = inodeOf(found)
      // Where SQLite does not follow links itself (Windows), both count: the link, and what it leads to.
      if (found.isSymbolicLink()) {
        const end = statSync(this.#file, { bigint: true })
        return { inode: `${inode} ${inodeOf(end)}`, size: end.size }
      }
      const isFile = this.#file === this.#path || inodeOf(statSync(this.#path, { bigint: true })) === inode
      return isFile ? { inode, size: found.size } : undefined
    } catch {
      // Gone, or out of reach with its folder: nobody finds it there. Opening the path says why.
      return undefined
    }
  }
}

/** A file as the path leads to it. */
interface Found {
  /** Device and number: nobody else gets both while the file is held open, deleted or not. */
  readonly inode: string
  readonly size: bigint
}

/** Numbers beyond 2⁵³ occur; rounded, two files had the same. */
function inodeOf({ dev, ino }: Pick<BigIntStats, "dev" | "ino">): string {
  return `${dev}:${ino}`
}

function fileOf(connection: SqliteConnection): string | undefined {
  const [main] = connection.pragma("database_list") as readonly { readonly file: string }[]
  return main === undefined || main.file === "" ? undefined : main.file
}
