import type { KeyPart, SinkDamage } from "@syncline/core/testing"
import type { SqliteConnection } from "../driver/sqlite-driver.ts"

/** Damages a SQLite sink of the contract's tables, through a connection of its own and plain SQL. */
export class SqliteSinkDamage implements SinkDamage {
  readonly #connect: () => SqliteConnection

  /** The connection is made anew for each damage, as somebody else's would be. */
  constructor(connect: () => SqliteConnection) {
    this.#connect = connect
  }

  setKey(id: string, part: KeyPart, value: bigint): void {
    this.run(`UPDATE syncline_records SET ${part} = ? WHERE id = ?`, value, id)
  }

  setDigest(id: string, digest: Uint8Array): void {
    this.run("UPDATE syncline_records SET digest = ? WHERE id = ?", digest, id)
  }

  setDeleted(id: string, deleted: boolean): void {
    this.run("UPDATE syncline_records SET deleted = ? WHERE id = ?", Number(deleted), id)
  }

  removeAll(id: string): void {
    this.removeBookkeeping(id)
    this.removeRows(id, "notes")
    this.run("DELETE FROM note_tags WHERE parent_id = ?", id)
  }

  removeBookkeeping(id: string): void {
    this.run("DELETE FROM syncline_records WHERE id = ?", id)
  }

  removeRows(id: string, table: "notes" | "note_tags"): void {
    this.run(`DELETE FROM ${table} WHERE ${table === "notes" ? "id" : "parent_id"} = ?`, id)
  }

  setTitle(id: string, title: string): void {
    this.run("UPDATE notes SET title = ? WHERE id = ?", title, id)
  }

  breakJson(id: string): void {
    this.run("UPDATE notes SET raw = '{broken' WHERE id = ?", id)
  }

  setWrongType(id: string): void {
    // A STRICT table takes no text where a number belongs.
    this.run("UPDATE notes SET size = NULL WHERE id = ?", id)
  }

  setSeal(id: string): void {
    this.run("UPDATE syncline_records SET seal = zeroblob(16) WHERE id = ?", id)
  }

  duplicateChunk(id: string): void {
    const next = "(SELECT max(ordinal) + 1 FROM note_tags WHERE parent_id = ?)"
    this.run(
      `INSERT INTO note_tags SELECT parent_id, ${next}, tag FROM note_tags WHERE parent_id = ? AND ordinal = 0`,
      id,
      id
    )
  }

  addTag(id: string): void {
    this.run("INSERT INTO note_tags VALUES (?, 99, 'added')", id)
  }

  addRow(id: string): void {
    this.run("INSERT INTO notes VALUES (?, 'added', 1, '{}')", id)
  }

  copy(from: string, to: string): void {
    const columns = "generation, projection, height, deleted, row_count, digest, seal"
    this.run(`INSERT INTO syncline_records SELECT ?, ${columns} FROM syncline_records WHERE id = ?`, to, from)
    this.run("INSERT INTO notes SELECT ?, title, size, raw FROM notes WHERE id = ?", to, from)
    this.run("INSERT INTO note_tags SELECT ?, ordinal, tag FROM note_tags WHERE parent_id = ?", to, from)
  }

  swap(a: string, b: string): void {
    this.swapRows(a, b)
    this.#exchange("syncline_records", "id", a, b)
    this.#exchange("note_tags", "parent_id", a, b)
  }

  swapRows(a: string, b: string): void {
    this.#exchange("notes", "id", a, b)
  }

  removeEverything(): void {
    const connection = this.#connect()
    try {
      const rows = connection.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'table'").all()
      const tables = rows as { readonly name: string; readonly sql: string }[]
      // What an extension keeps is not to be touched without it.
      const virtual = tables.filter(({ sql }) => sql.startsWith("CREATE VIRTUAL"))
      const own = tables.filter(({ name }) => !virtual.some(each => name.startsWith(each.name)))
      for (const { name } of own) connection.exec(`DELETE FROM "${name}"`)
    } finally {
      connection.close()
    }
  }

  /** Runs one statement on a connection of its own. */
  run(sql: string, ...parameters: readonly unknown[]): void {
    const connection = this.#connect()
    try {
      connection.prepare(sql).run(...parameters)
    } finally {
      connection.close()
    }
  }

  #exchange(table: string, key: string, a: string, b: string): void {
    const move = `UPDATE ${table} SET ${key} = ? WHERE ${key} = ?`
    this.run(move, "elsewhere", a)
    this.run(move, a, b)
    this.run(move, b, "elsewhere")
  }
}
