import { statSync } from "node:fs"
import { resolve } from "node:path"
import type { SqliteConnection } from "./sqlite-driver.ts"

/**
 * A database's file as a connection holds it open. Where that was deleted, moved or replaced, SQLite works on in a file that nobody finds any more, and says
 * nothing of it.
 */
export class HeldFile {
  readonly #connection: SqliteConnection
  /** Absolute: the process may change its folder. */
  readonly #path: string
  /** Nobody else gets this number while the file is held open, deleted or not. */
  readonly #inode: number | undefined

  /** Of a connection just opened, which it closes in `release`. */
  constructor(connection: SqliteConnection, path: string) {
    this.#connection = connection
    this.#path = resolve(path)
    this.#inode = this.#inodeNow()
  }

  /** Whether the path still leads to it. One system call, 2 µs; a database in memory always is. */
  get isInPlace(): boolean {
    return this.#connection.memory || (this.#inode !== undefined && this.#inodeNow() === this.#inode)
  }

  /**
   * Closes the connection. SQLite leaves the write-ahead log of a file that is not in place where it lies, beside the path, and whoever opens what is there by now would
   * have it applied to that (https://sqlite.org/howtocorrupt.html, 1.4): so it is emptied first, into the file it belongs to.
   *
   * @throws Error where others keep the log in use; the connection is closed all the same.
   */
  release(): void {
    try {
      if (this.isInPlace) return
      const isBusy = this.#connection.pragma("wal_checkpoint(TRUNCATE)", { simple: true }) !== 0
      if (isBusy)
        throw new Error(
          `${this.#path}-wal is of the file that was there before, and others have it open; close them, and remove it before the database is opened again`
        )
    } finally {
      this.#connection.close()
    }
  }

  #inodeNow(): number | undefined {
    return statSync(this.#path, { throwIfNoEntry: false })?.ino
  }
}
