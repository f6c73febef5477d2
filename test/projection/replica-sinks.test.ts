import { copyFileSync, mkdtempSync, rmSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { sqliteSink, sqliteStore } from "@syncline/adapters/sqlite"
import {
  childRows,
  collection,
  column,
  type DocumentOf,
  list,
  openReplica,
  register,
  type Replica,
  type Sink,
  table,
  text
} from "@syncline/core"
import { yjs } from "@syncline/core/yjs"
import { afterEach, describe, expect, it } from "vitest"

interface Note {
  title: string
  body: string
  tags: string[]
}

const notes = collection<Note>("notes", { fields: { body: text(), tags: list() } })
const tables = [
  table<DocumentOf<typeof notes>>("notes", {
    collection: notes,
    columns: {
      title: column.text(note => note.title, { index: true }),
      body: column.text(note => note.body)
    },
    children: { note_tags: childRows((note: Note) => note.tags, { tag: column.text(tag => tag) }) }
  })
]

interface Database {
  prepare(sql: string): { all(): unknown[]; run(): unknown; readonly reader: boolean }
  close(): void
}
const Database = createRequire(import.meta.url)("better-sqlite3") as new (path: string) => Database

const folders: string[] = []

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "syncline-projection-"))
  folders.push(folder)
  return folder
}

function open(folder: string, sink: Sink, store = "store.db"): Promise<Replica> {
  return openReplica({
    store: sqliteStore(join(folder, store), { stateDirectory: join(folder, "state") }),
    engine: yjs(),
    collections: [notes],
    sinks: [sink]
  })
}

async function write(
  replica: Replica,
  key: string,
  title: string,
  tags: readonly string[] = []
): Promise<void> {
  const note = await replica.load(notes, key)
  const commit = note.change(draft => {
    draft.title = title
    draft.tags.push(...tags)
  })
  await commit.projected
}

function sql(path: string, query: string): unknown[] {
  const database = new Database(path)
  try {
    const statement = database.prepare(query)
    if (statement.reader) return statement.all()
    statement.run()
    return []
  } finally {
    database.close()
  }
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

describe("a replica and its SQLite sinks", () => {
  it("[PJ11] what is committed lies in tables of the store's own file, deleted documents do not", async () => {
    const folder = freshFolder()
    const path = join(folder, "store.db")
    const replica = await open(folder, sqliteSink(path, { tables }))
    await write(replica, "a", "A", ["x", "y"])
    await write(replica, "b", "B")
    const deletion = (await replica.load(notes, "b")).delete()
    await deletion?.projected
    expect(sql(path, "SELECT id, title, body FROM notes")).toEqual([{ id: "notes/a", title: "A", body: "" }])
    expect(sql(path, "SELECT tag FROM note_tags ORDER BY ordinal")).toEqual([{ tag: "x" }, { tag: "y" }])
    expect(await replica.verify()).toMatchObject({ clean: true, sinks: [{ counts: { consistent: 2 } }] })
    await replica.close()
  })

  it("[RP4] what others did to the tables is found and mended by the replica", async () => {
    const folder = freshFolder()
    const path = join(folder, "tables.db")
    const replica = await open(folder, sqliteSink(path, { tables }))
    for (let key = 0; key < 40; key++) await write(replica, `n${key}`, `title ${key}`, ["t"])
    sql(path, "UPDATE notes SET title = 'forged' WHERE id = 'notes/n3'")
    sql(path, "DELETE FROM notes WHERE id = 'notes/n5'")
    sql(path, "INSERT INTO notes VALUES ('notes/zzz', 'nobody', 'wrote this')")
    const report = await replica.verify()
    const found = report.sinks[0]?.findings.map(finding => [finding.id, finding.class])
    expect(found).toEqual([
      ["notes/n3", "mismatch"],
      ["notes/n5", "mismatch"],
      ["notes/zzz", "orphan"]
    ])
    expect(await replica.repair(report)).toMatchObject({ complete: true, counts: { mended: 3 } })
    expect((await replica.verify()).clean).toBe(true)
    expect(sql(path, "SELECT title FROM notes WHERE id = 'notes/n3'")).toEqual([{ title: "title 3" }])
    await replica.close()
  })

  it("[PJ22] other defaults of registers are other rows, though no document changed", async () => {
    const folder = freshFolder()
    const path = join(folder, "tables.db")
    const columns = { state: column.text(task => String((task as { state?: string }).state)) }
    const shown: unknown[] = []
    for (const value of ["open", "open", "new"]) {
      const tasks = collection("tasks", { fields: { state: register({ default: value }) } })
      const replica = await openReplica({
        store: sqliteStore(join(folder, "store.db"), { stateDirectory: join(folder, "state") }),
        engine: yjs(),
        collections: [tasks],
        sinks: [sqliteSink(path, { tables: [table("tasks", { collection: tasks, columns })] })]
      })
      const document = await replica.load(tasks, "1")
      if (!document.exists) await document.change(draft => Object.assign(draft, { title: "T" })).projected
      await replica.sink("sqlite").drain()
      expect((await replica.verify()).clean).toBe(true)
      await replica.close()
      shown.push([sql(path, "SELECT state FROM tasks"), sql(path, "SELECT generation FROM syncline_sink")])
    }
    const before = [[{ state: "open" }], [{ generation: 1 }]]
    expect(shown).toEqual([before, before, [[{ state: "new" }], [{ generation: 2 }]]])
  })

  it("[PJ17] behind a restored store the sink ends with what the store has", async () => {
    const folder = freshFolder()
    const sink = (): Sink => sqliteSink(join(folder, "tables.db"), { tables })
    const before = await open(folder, sink())
    await write(before, "a", "backed up")
    await before.close()
    copyFileSync(join(folder, "store.db"), join(folder, "backup.db"))
    const lost = await open(folder, sink())
    for (const title of ["2", "3", "4"]) await write(lost, "a", title)
    await write(lost, "b", "never backed up")
    await lost.close()
    copyFileSync(join(folder, "backup.db"), join(folder, "store.db"))
    const restored = await open(folder, sink())
    await write(restored, "c", "since then")
    const report = await restored.verify()
    expect(report.sinks[0]?.findings).toMatchObject([{ id: "notes/b", class: "orphan" }])
    await restored.repair(report, { maxDeleteShare: 1 })
    expect((await restored.verify()).clean).toBe(true)
    expect(sql(join(folder, "tables.db"), "SELECT id, title FROM notes ORDER BY id")).toEqual([
      { id: "notes/a", title: "backed up" },
      { id: "notes/c", title: "since then" }
    ])
    await restored.close()
  })

  it("[PJ19] another mapping fills its tables from the documents that are there", async () => {
    const folder = freshFolder()
    const path = join(folder, "tables.db")
    const first = await open(folder, sqliteSink(path))
    await write(first, "a", "A", ["x"])
    await first.close()
    const second = await open(folder, sqliteSink(path, { tables }))
    await second.sink("sqlite").drain()
    expect(sql(path, "SELECT name FROM sqlite_schema WHERE name = 'documents'")).toEqual([])
    expect(sql(path, "SELECT parent_id, tag FROM note_tags")).toEqual([{ parent_id: "notes/a", tag: "x" }])
    expect((await second.verify()).clean).toBe(true)
    await second.close()
  })
})
