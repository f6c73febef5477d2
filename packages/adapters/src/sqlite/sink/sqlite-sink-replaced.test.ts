import { copyFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { defineProjection, type Projector } from "@syncline/core"
import { contractContext, contractTables, noteId, SinkWorkbench } from "@syncline/core/testing"
import { describe, expect, it, test } from "vitest"
import { loadSqliteDriver, type SqliteConnection } from "../driver/sqlite-driver.ts"
import { runSql } from "../testing/raw-connection.ts"
import { freshPath, trackedSink } from "../testing/tracked-notes.ts"
import { sinkOver, sqliteSink } from "./sqlite-sink.ts"

const Driver = await loadSqliteDriver()

/** Runs a query as another program would. */
function select(path: string, sql: string): readonly unknown[] {
  const connection: SqliteConnection = new Driver(path)
  try {
    return connection.prepare(sql).all()
  } finally {
    connection.close()
  }
}

const idsIn = (path: string): readonly unknown[] =>
  select(path, "SELECT id FROM notes ORDER BY id").map(row => (row as { readonly id: string }).id)

const ids = (...keys: readonly number[]): readonly string[] => keys.map(noteId)

/** A copy of the file that has all there is, beside it. */
function backUp(path: string): string {
  select(path, "PRAGMA wal_checkpoint(TRUNCATE)")
  copyFileSync(path, `${path}.backup`)
  return `${path}.backup`
}

/** A sink that holds two notes, of which its backup has one, and its projector. */
async function backedUp() {
  const path = freshPath()
  const bench = new SinkWorkbench(trackedSink(path, false))
  bench.put(1)
  const projector = await bench.project()
  backUp(path)
  bench.put(2)
  await projector.drain()
  return { path, bench, projector }
}

const harms: readonly (readonly [name: string, harm: (path: string) => void])[] = [
  ["deleted", path => rmSync(path)],
  ["moved", path => renameSync(path, `${path}.elsewhere`)],
  ["replaced by its backup", path => renameSync(`${path}.backup`, path)],
  [
    "replaced by its backup, without its log",
    path => {
      renameSync(`${path}.backup`, path)
      rmSync(`${path}-wal`)
    }
  ],
  [
    "moved, with a link to it left behind",
    path => {
      renameSync(path, `${path}.elsewhere`)
      symlinkSync(`${path}.elsewhere`, path)
    }
  ],
  [
    "taken away with its log",
    path => {
      for (const part of ["", "-wal", "-shm"]) rmSync(`${path}${part}`)
    }
  ]
]

describe("a SQLite sink whose file is not where it was", () => {
  it.each(harms)("[SK16] %s, is filled again with the next batch", async (_, harm) => {
    const { path, bench, projector } = await backedUp()
    harm(path)
    bench.put(3)
    await projector.drain()
    expect(idsIn(path)).toEqual(ids(1, 2, 3))
    expect(await bench.verify(projector)).toMatchObject({ clean: true })
    await projector.close()
  })

  it.each(harms)("[SK16] %s, is an error of the next verification, and filled again", async (_, harm) => {
    const { path, bench, projector } = await backedUp()
    harm(path)
    expect((await bench.verify(projector)).sinks).toMatchObject([{ error: { code: "sink-fenced" } }])
    expect(await bench.verify(projector)).toMatchObject({ clean: true })
    expect(idsIn(path)).toEqual(ids(1, 2))
    await projector.close()
  })

  it("[SK16] at the end of a link, it is the file; a link that leads elsewhere is another one", async () => {
    const link = freshPath()
    const [file, other] = [`${link}.one`, `${link}.two`]
    symlinkSync(file, link)
    const bench = new SinkWorkbench(trackedSink(link, false))
    bench.put(1)
    const projector = await bench.project()
    bench.put(2)
    await projector.drain()
    expect(await bench.verify(projector)).toMatchObject({ clean: true })
    rmSync(link)
    symlinkSync(other, link)
    bench.put(3)
    await projector.drain()
    await projector.close()
    expect(idsIn(other)).toEqual(ids(1, 2, 3))
  })

  it("[SK16] replaced while it is being opened, it takes nothing", async () => {
    const { path, bench, projector } = await backedUp()
    await projector.close()
    const replaced = sinkOver(path, defineProjection(contractTables), {}, () =>
      Promise.resolve(() => renameSync(`${path}.backup`, path))
    )
    const session = await new SinkWorkbench({ sink: () => replaced }, bench.source).open()
    await expect(bench.apply(session, bench.put(3))).rejects.toMatchObject({ code: "sink-fenced" })
    await session.close()
    expect(idsIn(path)).toEqual(ids(1))
  })

  it("[PJ46] deleted, is found out by reading, and filled again", async () => {
    const { path, bench, projector } = await backedUp()
    rmSync(path)
    await expect(projector.read([noteId(1)])).rejects.toMatchObject({ code: "sink-fenced" })
    await projector.drain()
    expect(idsIn(path)).toEqual(ids(1, 2))
    expect(await bench.verify(projector)).toMatchObject({ clean: true })
    await projector.close()
  })

  it("[SK16] a batch that went into a file which was replaced does not count, nor get into the one in its place", async () => {
    const path = freshPath()
    const bench = new SinkWorkbench(trackedSink(path, false))
    const session = await bench.open()
    await bench.apply(session, bench.put(1))
    const backup = backUp(path)
    await bench.apply(session, ...Array.from({ length: 50 }, (_, n) => bench.put(n + 2)))
    renameSync(backup, path)
    await expect(bench.apply(session, bench.put(1, "late"))).rejects.toMatchObject({ code: "sink-fenced" })
    expect(session.watermark.position).toBe(51)
    await session.close()
    expect(idsIn(path)).toEqual(ids(1))
    expect(select(path, "PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }])
  })

  it.each(harms)(
    "[SK16] %s, and begun anew, it loses nothing to whoever still had it open",
    async (_, harm) => {
      const { path, bench, projector } = await backedUp()
      const [idle, busy] = [await bench.open(), await bench.open()]
      for (const other of [idle, busy]) await other.read([noteId(1)])
      harm(path)
      const newest = bench.put(3)
      await projector.drain()
      await expect(bench.apply(busy, newest)).rejects.toMatchObject({ code: "sink-fenced" })
      await Promise.all([idle.close(), busy.close()])
      await projector.close()
      expect(idsIn(path)).toEqual(ids(1, 2, 3))
      expect(select(path, "PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }])
    }
  )

  // Of those in one process that have one file open, SQLite keeps one index, whatever its names are: one that was moved may not be read any more.
  it.each(harms.filter(([name]) => !name.startsWith("moved, with")))(
    "[SK16] %s, and begun anew, what others had open stays what it was",
    async (_, harm) => {
      const { path, bench, projector } = await backedUp()
      const reader: SqliteConnection = new Driver(path)
      const read = (): unknown => reader.prepare("SELECT id FROM notes").all()
      const former = read()
      harm(path)
      bench.put(3)
      await projector.drain()
      expect(read()).toEqual(former)
      reader.close()
      await projector.close()
      expect(idsIn(path)).toEqual(ids(1, 2, 3))
    }
  )

  it("[SK16] the former file's log stays in use by others: closing says so", async () => {
    const path = freshPath()
    const bench = new SinkWorkbench({ sink: () => sqliteSink(path, { busyTimeoutMs: 1 }) })
    const session = await bench.open()
    await bench.apply(session, bench.put(1))
    const reader: SqliteConnection = new Driver(path)
    reader.exec("BEGIN; SELECT * FROM documents")
    await bench.apply(session, bench.put(2))
    rmSync(path)
    await expect(session.close()).rejects.toThrow(/-wal is of the file that was there before/)
    reader.close()
  })

  it("[SK16] a database in memory has no file to miss", async () => {
    const bench = new SinkWorkbench({ sink: () => sqliteSink(":memory:") })
    const session = await bench.open()
    await bench.apply(session, bench.put(1))
    expect(await session.read([noteId(1)])).toMatchObject([{ sealed: true }])
    await session.close()
  })
})

describe("a SQLite sink that others change under an open session", () => {
  const tables = ["notes", "note_tags", "syncline_records", "syncline_sink", "syncline_watermarks"]

  it.each([
    ["a table", ["DROP TABLE notes"]],
    ["what was in it", tables.map(name => `DELETE FROM ${name}`)],
    ["what was in it but the watermark", tables.slice(0, -1).map(name => `DELETE FROM ${name}`)],
    ["its tables", tables.map(name => `DROP TABLE ${name}`)]
  ])("[SK5] [SC21] without %s, it has all of it again with the next batch", async (_, statements) => {
    const { path, bench, projector } = await backedUp()
    await runSql(path, statements.join("; "))
    bench.put(3)
    await projector.drain()
    expect(idsIn(path)).toEqual(ids(1, 2, 3))
    expect(await bench.verify(projector)).toMatchObject({ clean: true })
    await projector.close()
  })

  it("[SK5] emptied as a file, it is an error of the next verification, and filled again", async () => {
    const { path, bench, projector } = await backedUp()
    select(path, "PRAGMA wal_checkpoint(TRUNCATE)")
    writeFileSync(path, "")
    expect((await bench.verify(projector)).sinks).toMatchObject([{ error: { code: "sink-fenced" } }])
    expect(await bench.verify(projector)).toMatchObject({ clean: true })
    expect(idsIn(path)).toEqual(ids(1, 2))
    await projector.close()
  })

  it.each([
    ["what is in it lies in its log", () => Promise.resolve()],
    [
      "nothing is in its log",
      async (projector: Projector, bench: SinkWorkbench) => {
        await projector.close()
        // All of it is in the connection's memory then: SQLite would not look at the file again.
        return bench.project()
      }
    ]
  ])(
    "[SK5] emptied as a file that nobody else has open, while %s, it is an error of the next verification, and filled again",
    async (_, reopen) => {
      const { path, bench, projector: first } = await backedUp()
      const projector = (await reopen(first, bench)) ?? first
      expect(await bench.verify(projector)).toMatchObject({ clean: true })
      writeFileSync(path, "")
      expect((await bench.verify(projector)).sinks).toMatchObject([{ error: { code: "sink-fenced" } }])
      expect(await bench.verify(projector)).toMatchObject({ clean: true })
      expect(idsIn(path)).toEqual(ids(1, 2))
      await projector.close()
    }
  )

  it("[SK6] a table that was dropped is an error of the next verification, and made anew", async () => {
    const { path, bench, projector } = await backedUp()
    await runSql(path, "DROP TABLE note_tags")
    expect((await bench.verify(projector)).sinks).toMatchObject([{ error: { code: "sink-fenced" } }])
    expect(await bench.verify(projector)).toMatchObject({ clean: true })
    await projector.close()
  })

  it("[SC21] put back to what it was before, in place, it goes on from there", async () => {
    const { path, bench, projector } = await backedUp()
    await runSql(
      path,
      `UPDATE syncline_watermarks SET position = 1;
       DELETE FROM syncline_records WHERE id = 'notes/2'; DELETE FROM notes WHERE id = 'notes/2'`
    )
    bench.put(3)
    await projector.drain()
    expect(idsIn(path)).toEqual(ids(1, 2, 3))
    await projector.close()
  })
})

test("[SC21] emptied and begun again by one store, it is not gone on with by another that had written to it", async () => {
  const fixture = trackedSink(freshPath(), false)
  const bench = new SinkWorkbench(fixture)
  const other = await bench.sink().open({ ...contractContext(bench.source), epoch: "a".repeat(32) })
  await other.apply([await bench.write(other, bench.put(1))], { epoch: "a".repeat(32), position: 1 })
  await fixture.damage.removeEverything()
  const session = await bench.open()
  await bench.apply(session, bench.put(2))
  await expect(other.apply([], { epoch: "a".repeat(32), position: 2 })).rejects.toMatchObject({
    code: "sink-fenced"
  })
  await Promise.all([session.close(), other.close()])
})

test("[SK4] where its bookkeeping is gone, and rows or records are left, nothing says whose they are", async () => {
  for (const sql of [
    "DELETE FROM syncline_sink",
    "DELETE FROM syncline_sink; DELETE FROM syncline_records",
    "DELETE FROM syncline_sink; DELETE FROM notes; DELETE FROM note_tags",
    "DROP TABLE syncline_sink",
    "DROP TABLE syncline_records"
  ]) {
    const { path, bench, projector } = await backedUp()
    await projector.close()
    await runSql(path, sql)
    const before = select(path, "SELECT name, sql FROM sqlite_schema")
    await expect(bench.open()).rejects.toMatchObject({ code: "sink-foreign" })
    expect(select(path, "SELECT name, sql FROM sqlite_schema")).toEqual(before)
  }
})
