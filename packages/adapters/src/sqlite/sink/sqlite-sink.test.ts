import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import {
  column,
  defineProjection,
  memoryStore,
  openReplica,
  table,
  type TableDefinition
} from "@syncline/core"
import {
  contractContext,
  contractTables,
  noteId,
  playSharedSink,
  sinkContract,
  SinkWorkbench
} from "@syncline/core/testing"
import type { ContractNote, SinkFixture } from "@syncline/core/testing"
import { yjs } from "@syncline/core/yjs"
import { afterEach, describe, expect, it } from "vitest"
import { loadSqliteDriver, type SqliteConnection } from "../driver/sqlite-driver.ts"
import { SqliteSinkDamage } from "../testing/sqlite-sink-damage.ts"
import { foundIn } from "../testing/tracked-notes.ts"
import { sqliteSink } from "./sqlite-sink.ts"

const Driver = await loadSqliteDriver()
const folders: string[] = []

function freshPath(): string {
  const folder = mkdtempSync(join(tmpdir(), "syncline-sink-"))
  folders.push(folder)
  return join(folder, "sink.db")
}

function makeSink(path = freshPath()): SinkFixture {
  return {
    sink: tables => sqliteSink(path, tables === undefined ? {} : { tables }),
    damage: new SqliteSinkDamage(() => new Driver(path))
  }
}

/** Runs plain SQL on a file and closes it. */
function query(path: string, sql: string): unknown[] {
  const connection: SqliteConnection = new Driver(path)
  try {
    const statement = connection.prepare(sql) as unknown as { reader: boolean; all(): unknown[]; run(): void }
    if (statement.reader) return statement.all()
    statement.run()
    return []
  } finally {
    connection.close()
  }
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

const context = contractContext()

function textsOf(columns: readonly string[]): TableDefinition {
  const declared = columns.map(name => [name, column.text(() => name)] as const)
  return table("notes", { columns: Object.fromEntries(declared) })
}

// https://sqlite.org/lang_keywords.html
const keywords =
  `abort action add after all alter always analyze and as asc attach autoincrement before begin between by
  cascade case cast check collate column commit conflict constraint create cross current current_date current_time
  current_timestamp database default deferrable deferred delete desc detach distinct do drop each else end escape except
  exclude exclusive exists explain fail filter first following for foreign from full generated glob group groups having
  if ignore immediate in index indexed initially inner insert instead intersect into is isnull join key last left like
  limit match materialized natural no not nothing notnull null nulls of offset on or order others outer over partition
  plan pragma preceding primary query raise range recursive references regexp reindex release rename replace restrict
  returning right rollback row rows savepoint select set table temp temporary then ties to transaction trigger unbounded
  union unique update using vacuum values view virtual when where window with without`.split(/\s+/)

function isRefused(name: string): boolean {
  try {
    defineProjection([table(name, { columns: { word: column.text(() => "") } })])
    return false
  } catch {
    return true
  }
}

/** A bench over one table for each name, with columns of all these names, of which account is kept. */
function named(path: string, names: readonly string[]): SinkWorkbench {
  const columns = Object.fromEntries(names.map(name => [name, column.text<ContractNote>(note => note.title)]))
  const tables = names.map(name => table<ContractNote>(name, { columns }))
  return new SinkWorkbench({ ...makeSink(path), sink: () => sqliteSink(path, { tables, tracking: true }) })
}

describe("sqliteSink", () => {
  for (const { title, run } of sinkContract("sqlite", makeSink)) it(title, () => run())

  it("[SK1] without configuration documents lie in one table that plain SQL reads", async () => {
    const path = freshPath()
    const bench = new SinkWorkbench({ ...makeSink(path), sink: () => sqliteSink(path) })
    bench.put("a", "T", ["x"])
    await (await bench.project()).close()
    const sql = `SELECT id, collection, json_extract(value, '$.tags[0]') AS tag, version, length(digest) AS bytes,
      strftime('%Y', updated_at) AS year FROM documents`
    expect(query(path, sql)).toEqual([
      { id: "notes/a", collection: "notes", tag: "x", version: 1, bytes: 32, year: "2026" }
    ])
  })

  it("[SK2] declared tables hold nothing but what was declared, children in order", async () => {
    const path = freshPath()
    const bench = new SinkWorkbench(makeSink(path))
    bench.put(1, "T", ["x", "y"])
    await (await bench.project()).close()
    expect(query(path, "SELECT * FROM notes")).toEqual([
      { id: "notes/1", title: "T", size: 1.5, raw: '{"title":"T","size":1.5,"tags":["x","y"]}' }
    ])
    expect(query(path, "SELECT * FROM note_tags")).toEqual([
      { parent_id: "notes/1", ordinal: 0, tag: "x" },
      { parent_id: "notes/1", ordinal: 1, tag: "y" }
    ])
  })

  it("[SK2] a column declared with an index has one", async () => {
    const path = freshPath()
    await (await sqliteSink(path, { tables: contractTables }).open(context)).close()
    const plan = query(path, "EXPLAIN QUERY PLAN SELECT id FROM notes WHERE title = 'a'")
    expect(JSON.stringify(plan)).toContain("syncline_notes.title")
  })

  it("[SK3] the names a projection refuses include all that SQLite refuses, and work as tables and columns otherwise", () => {
    const connection: SqliteConnection = new Driver(":memory:")
    const throws = (run: () => unknown): boolean => {
      try {
        run()
        return false
      } catch {
        return true
      }
    }
    const sqliteRefuses = (word: string): boolean =>
      throws(() => connection.exec(`CREATE TABLE ${word} (${word} TEXT); DROP TABLE ${word}`))
    expect(keywords.filter(word => sqliteRefuses(word) && !isRefused(word))).toEqual([])
    expect(keywords.filter(sqliteRefuses).length).toBeGreaterThan(50)
    connection.close()
  })

  it.each([
    ["of any case", ["Parcels"]],
    ["by which SQL means new values", ["excluded", "new", "old"]],
    ["by which the sink calls what is its own", ["tracking", "current", "o", "m", "records", "marks"]],
    ["that are words of SQL", keywords.filter(word => !isRefused(word))]
  ])(
    "[SK3] [SK12] tables and columns with names %s hold what they should, and are watched",
    async (_, names) => {
      const path = freshPath()
      const bench = named(path, names)
      for (const key of [1, 2]) bench.put(key, "first")
      await (await bench.project()).close()
      const projector = await bench.project()
      bench.put(1, "second")
      await projector.drain()
      expect(await bench.verify(projector)).toMatchObject({ clean: true })
      for (const name of names) query(path, `INSERT INTO ${name} (id) VALUES ('notes/${name}')`)
      const found = foundIn(await bench.verify(projector, { mode: { kind: "merkle" } }))
      expect(found).toEqual(names.map(name => `notes/${name} orphan`).sort())
      await projector.close()
    }
  )

  it("[SK5] a table that is declared in another case is made anew", async () => {
    const path = freshPath()
    for (const name of ["Notes", "notes", "NOTES"]) {
      const bench = named(path, [name])
      bench.put(1)
      const projector = await bench.project()
      expect(await bench.verify(projector)).toMatchObject({ clean: true })
      expect(query(path, "SELECT name FROM sqlite_schema WHERE name LIKE 'notes'")).toEqual([{ name }])
      await projector.close()
    }
  })

  it("[SK4] a table of the same name that the sink did not make is refused and left alone", async () => {
    const path = freshPath()
    query(path, "CREATE TABLE Notes (mine TEXT)")
    query(path, "INSERT INTO Notes VALUES ('precious')")
    await expect(sqliteSink(path, { tables: contractTables }).open(context)).rejects.toMatchObject({
      code: "sink-foreign",
      message: expect.stringContaining('"notes"')
    })
    expect(query(path, "SELECT name FROM sqlite_schema")).toEqual([{ name: "Notes" }])
    expect(query(path, "SELECT * FROM Notes")).toEqual([{ mine: "precious" }])
  })

  it.each([
    ["another sink's name", "UPDATE syncline_sink SET name = 'other'", "sink-foreign"],
    ["a newer format", "UPDATE syncline_sink SET format = 99", "store-newer"],
    ["a column added to a table of ours", "ALTER TABLE notes ADD COLUMN more TEXT", "sink-foreign"],
    ["altered bookkeeping", "ALTER TABLE syncline_records ADD COLUMN more TEXT", "sink-foreign"]
  ])("[SK4] %s is refused", async (_, sql, code) => {
    const path = freshPath()
    const sink = sqliteSink(path, { tables: contractTables })
    await (await sink.open(context)).close()
    query(path, sql)
    await expect(sink.open(context)).rejects.toMatchObject({ code })
  })

  it("[SK5] a mapping that changed replaces its own tables only; others keep their rows", async () => {
    const path = freshPath()
    const kept = table("kept", { columns: { height: column.integer((_, { height }) => height) } })
    const other = table("other", { columns: { position: column.integer((_, { position }) => position) } })
    const bench = (tables: readonly (typeof kept)[]): SinkWorkbench =>
      new SinkWorkbench({ ...makeSink(path), sink: () => sqliteSink(path, { tables, revision: 1 }) })
    const first = bench([kept, ...contractTables])
    first.put(1)
    await (await first.project()).close()
    const session = await bench([kept, other]).open()
    expect(
      query(path, "SELECT name FROM sqlite_schema WHERE name IN ('notes', 'note_tags', 'other')")
    ).toEqual([{ name: "other" }])
    expect(query(path, "SELECT * FROM kept")).toEqual([{ id: "notes/1", height: 1 }])
    expect([session.projection, session.watermark.position]).toEqual([2, 0])
    await session.close()
  })

  it("[SK7] a row that an index of the application's does not allow parks its document, and the others are there", async () => {
    const path = freshPath()
    const bench = new SinkWorkbench(makeSink(path))
    bench.put("first", "one title")
    await (await bench.project()).close()
    query(path, "CREATE UNIQUE INDEX mine ON notes (title)")
    for (let n = 0; n < 40; n++) bench.put(`note ${n}`)
    bench.put("second", "one title")
    const projector = await bench.project()
    expect(projector.status).toMatchObject({
      lagRecords: 0,
      parked: [{ id: noteId("second"), by: "sink", message: expect.stringContaining("UNIQUE") as string }]
    })
    query(path, "DROP INDEX mine")
    expect(await projector.retryParked()).toEqual([])
    expect(query(path, "SELECT count(*) AS n FROM notes")).toEqual([{ n: 42 }])
    expect(await bench.verify(projector)).toMatchObject({ clean: true })
    await projector.close()
  })

  it("[PJ34] two replicas feed one file, one stale and slow: once the other has written the join, it is right", async () => {
    let late = 0
    for (let seed = 1; seed <= 15; seed++) {
      const path = freshPath()
      late += (await playSharedSink(seed, { engine: yjs(), sink: () => sqliteSink(path) })).late
    }
    expect(late).toBeGreaterThan(0)
  })

  it("[PJ35] a replica that stands by with other tables leaves those of the file alone until it takes over", async () => {
    const path = freshPath()
    const open = (...columns: readonly string[]) =>
      openReplica({
        store: memoryStore(),
        engine: yjs(),
        sinks: [{ sink: sqliteSink(path, { tables: [textsOf(columns)] }), lease: {} }]
      })
    const schema =
      "SELECT sql, projection FROM sqlite_schema, syncline_sink WHERE sqlite_schema.name = 'notes'"
    const first = await open("title")
    const document = await first.load("notes/1")
    document.change(draft => Object.assign(draft, { n: 1 }))
    await first.sink("sqlite").drain()
    const before = query(path, schema)
    const second = await open("title", "more")
    expect(second.sink("sqlite").status.lastError).toMatchObject({ code: "sink-leased" })
    document.change(draft => Object.assign(draft, { n: 2 }))
    await first.sink("sqlite").drain()
    expect([query(path, schema), (await first.verify()).clean]).toEqual([before, true])
    await first.close()
    second.sink("sqlite").resume()
    await second.sink("sqlite").drain()
    expect(query(path, "SELECT projection FROM syncline_sink")).toEqual([{ projection: 2 }])
    expect(query(path, "SELECT name FROM pragma_table_info('notes')")).toContainEqual({ name: "more" })
    await second.close()
  })

  it("[SK11] a file from before there were leases gets their table, and keeps everything else", async () => {
    const path = freshPath()
    const bench = new SinkWorkbench(makeSink(path))
    bench.put("a")
    await (await bench.project()).close()
    query(path, "DROP TABLE syncline_lease")
    const projector = await bench.project()
    expect(await bench.verify(projector)).toMatchObject({ clean: true })
    expect(projector.session).toMatchObject({ generation: 1, watermark: { position: 1 } })
    await projector.close()
    expect(query(path, "SELECT count(*) AS n FROM syncline_lease")).toEqual([{ n: 0 }])
  })

  it("[SK5] a table dropped by hand comes back with its rows", async () => {
    const path = freshPath()
    const bench = new SinkWorkbench(makeSink(path))
    bench.put(1)
    await (await bench.project()).close()
    query(path, "DROP TABLE notes")
    const projector = await bench.project()
    expect(query(path, "SELECT id FROM notes")).toEqual([{ id: "notes/1" }])
    expect((await bench.verify(projector)).clean).toBe(true)
    await projector.close()
  })

  it("[SK6] tables altered while the sink is open are an error of verification, not a clean report", async () => {
    const path = freshPath()
    const bench = new SinkWorkbench(makeSink(path))
    bench.put(1)
    const projector = await bench.project()
    query(path, "ALTER TABLE notes ADD COLUMN more TEXT")
    const report = await bench.verify(projector)
    expect([report.clean, report.sinks[0]?.error]).toMatchObject([false, { code: "sink-foreign" }])
    await projector.close()
  })

  it.each(["documents", "syncline_records"])(
    "[SK10] rows of %s whose keys are no UTF-8 are an error of verification, however many",
    async name => {
      const path = freshPath()
      const bench = new SinkWorkbench({ ...makeSink(path), sink: () => sqliteSink(path) })
      bench.put("\u{fffd}", "T", [])
      const projector = await bench.project()
      const rest = name === "documents" ? "" : ", 1, 1, 1, 0, 0, x'', x''"
      const columns = name === "documents" ? "(id)" : ""
      query(
        path,
        `WITH RECURSIVE n(i) AS (SELECT 10000000 UNION ALL SELECT i + 1 FROM n WHERE i < 10001500)
         INSERT INTO ${name} ${columns} SELECT CAST(unhex('FF' || i) AS TEXT)${rest} FROM n`
      )
      const report = await bench.verify(projector)
      expect([report.clean, report.sinks[0]?.error]).toMatchObject([false, { code: "sink-foreign" }])
      query(path, `DELETE FROM ${name} WHERE hex(id) LIKE 'FF%'`)
      expect((await bench.verify(projector)).clean).toBe(true)
      await projector.close()
    }
  )

  it("[SK6] wrong types and NULL keys do not get into the tables in the first place", async () => {
    const path = freshPath()
    const bench = new SinkWorkbench(makeSink(path))
    bench.put(1)
    await (await bench.project()).close()
    for (const sql of [
      "UPDATE syncline_records SET height = NULL",
      "UPDATE syncline_records SET height = 'high'",
      "UPDATE syncline_records SET digest = 'text'",
      "UPDATE syncline_records SET id = x'00'",
      "UPDATE notes SET size = 'large'",
      "UPDATE notes SET id = NULL"
    ])
      expect(() => query(path, sql), sql).toThrow(/constraint failed|cannot store/)
  })

  it("[SK7] a file that is no database and a folder that does not exist are sink-failed, with the path", async () => {
    const missing = join(freshPath(), "not", "there.db")
    await expect(sqliteSink(missing).open(context)).rejects.toMatchObject({
      code: "sink-failed",
      message: expect.stringMatching(/there\.db.*create it/)
    })
  })

  it("[SK7] while another connection writes, a batch fails, moves nothing and goes in later", async () => {
    const path = freshPath()
    const bench = new SinkWorkbench({ ...makeSink(path), sink: () => sqliteSink(path, { busyTimeoutMs: 1 }) })
    const session = await bench.open()
    const other: SqliteConnection = new Driver(path)
    other.exec("BEGIN IMMEDIATE")
    await expect(bench.apply(session, bench.put(1))).rejects.toMatchObject({ code: "sink-failed" })
    other.exec("ROLLBACK")
    expect(session.watermark.position).toBe(0)
    await bench.apply(session, bench.put(1))
    expect((await session.read([noteId(1)]))[0]?.sealed).toBe(true)
    other.close()
    await session.close()
  })

  it("[SK8] a reader on another connection sees a document whole or not at all", async () => {
    const path = freshPath()
    const bench = new SinkWorkbench(makeSink(path))
    const session = await bench.open()
    const bad = {
      ...(await bench.write(session, bench.put(1))),
      content: { tables: [{ table: 0, rows: [[{}]] }], sizeBytes: 0 }
    }
    const good = await bench.write(session, bench.put(2))
    await expect(
      session.apply([good, bad as never], { epoch: bench.source.epoch, position: 2 })
    ).rejects.toThrow("applying a batch")
    expect(query(path, "SELECT id FROM syncline_records UNION ALL SELECT id FROM notes")).toEqual([])
    expect(session.watermark.position).toBe(0)
    await session.close()
  })
})
