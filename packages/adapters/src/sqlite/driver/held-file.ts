import { lstatSync, rmSync, statSync } from "node:fs"
import { resolve } from "node:path"
import type { SqliteConnection } from "./sqlite-driver.ts"

/** The write-ahead log and the index into it. */
const besides = ["-wal", "-shm"] as const

/**
 * A database's file as a connection holds it open. Where that was deleted, moved or replaced, SQLite works on in a file that nobody finds any more, and says
 * nothing of it. Where it was moved, and a symbolic link leads to it from its old place, others find it, but keep another write-ahead log for it
 * (https://sqlite.org/howtocorrupt.html, 2.5): it is as if replaced.
 */
export class HeldFile {
  readonly #connection: SqliteConnection
  /** Absolute: the process may change its folder. */
  readonly #path: string
  /** Where SQLite found it behind symbolic links; the write-ahead log lies beside that. */
  readonly #file: string
  readonly #inode: string | undefined
  /** Those of what lies beside it, by the end of its name; known from when there first was such. */
  readonly #besides = new Map<string, string>()
  #wasLost = false

  /** Of a connection just opened, before anything is done with it; it is closed in `release`. */
  constructor(connection: SqliteConnection, path: string) {
    this.#connection = connection
    // As the driver takes it.
    this.#path = resolve(path.trim())
    this.#file = fileOf(connection) ?? this.#path
    this.#inode = this.#inodeNow()
  }

  /**
   * Whether the path led to it all the time, and to its log. A system call for each, 2 µs, or two behind symbolic links; a database in memory always is. One that
   * was put back is not: while it was away its log may have been taken from it, and what is written to that is found by nobody.
   */
  get isInPlace(): boolean {
    this.#wasLost ||= !this.#isThere()
    return !this.#wasLost
  }

  #isThere(): boolean {
    if (this.#connection.memory) return true
    if (this.#inode === undefined || this.#inodeNow() !== this.#inode) return false
    // They stay the same as long as anybody has the database open.
    for (const end of besides) {
      const [known, now] = [this.#besides.get(end), this.#besideNow(end)]
      if (known !== undefined && now !== known) return false
      if (now !== undefined) this.#besides.set(end, now)
    }
    return true
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
    const isThere = this.#isThere()
    try {
      if (!isThere) this.#emptyLog()
    } finally {
      this.#connection.close()
    }
    if (isThere) return
    for (const end of besides) if (this.#hasBeside(end)) rmSync(`${this.#file}${end}`, { force: true })
  }

  #emptyLog(): void {
    const isBusy = (): boolean => this.#connection.pragma("wal_checkpoint(TRUNCATE)", { simple: true }) !== 0
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

  /** Device and number: nobody else gets both while the file is held open, deleted or not. `undefined` where the path does not lead to one file. */
  #inodeNow(): string | undefined {
    try {
      const found = lstatSync(this.#file, { bigint: true })
      const inode = inodeOf(found)
      // Where SQLite does not follow links itself (Windows), both count: the link, and what it leads to.
      if (found.isSymbolicLink()) return `${inode} ${inodeOf(statSync(this.#file, { bigint: true }))}`
      if (this.#file === this.#path) return inode
      return inodeOf(statSync(this.#path, { bigint: true })) === inode ? inode : undefined
    } catch {
      // Gone, or out of reach with its folder: nobody finds it there. Opening the path says why.
      return undefined
    }
  }
}

/** Numbers beyond 2⁵³ occur; rounded, two files had the same. */
function inodeOf({ dev, ino }: { readonly dev: bigint; readonly ino: bigint }): string {
  return `${dev}:${ino}`
}

function fileOf(connection: SqliteConnection): string | undefined {
  const [main] = connection.pragma("database_list") as readonly { readonly file: string }[]
  return main === undefined || main.file === "" ? undefined : main.file
}
