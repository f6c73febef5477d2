import { statSync } from "node:fs"
import { column, table } from "@syncline/core"
import { contractContext, contractTables, noteId, SinkWorkbench } from "@syncline/core/testing"
import { describe, expect, it } from "vitest"
import { loadSqliteDriver } from "../driver/sqlite-driver.ts"
import { toFormerFormat } from "../testing/former-format.ts"
import { openUntilKilled } from "../testing/killed-opener.ts"
import { rawConnection, runSql } from "../testing/raw-connection.ts"
import { foundIn, freshPath, trackedSink, unsure } from "../testing/tracked-notes.ts"
import { sqliteSink } from "./sqlite-sink.ts"

const mode = { kind: "merkle" } as const

/** Notes in a file of format 1, one of them deleted, and what has their documents. */
async function formerFile(tracking = false) {
  const path = freshPath()
  const bench = new SinkWorkbench(trackedSink(path, tracking))
  for (let key = 0; key < 30; key++) bench.put(key)
  bench.delete(7)
  await (await bench.project()).close()
  await toFormerFormat(path, tracking)
  return { path, bench }
}

/** Everything there is of the schema, by name, and of the records. */
async function stateOf(path: string) {
  const connection = await rawConnection(path)
  const all = (sql: string): unknown[] => connection.prepare(sql).all()
  return {
    schema: all("SELECT name, sql FROM sqlite_schema ORDER BY name"),
    records: all("SELECT * FROM syncline_records ORDER BY id"),
    format: all("SELECT format FROM syncline_sink")
  }
}

describe("a SQLite sink's file of format 1", () => {
  it("[SK17] has all its records afterwards, is consistent, and goes on from where it was", async () => {
    const { path, bench } = await formerFile()
    const { records } = await stateOf(path)
    const session = await bench.open()
    expect([session.generation, session.projection, session.watermark.position]).toEqual([1, 1, 31])
    await session.close()
    expect(await stateOf(path)).toMatchObject({ records, format: [{ format: 2 }] })
    const projector = await bench.project()
    expect(await bench.verify(projector)).toMatchObject({
      clean: true,
      sinks: [{ counts: { consistent: 30 } }]
    })
    bench.put(3, "again")
    await projector.drain()
    expect((await bench.verify(projector)).clean).toBe(true)
    await projector.close()
  })

  it("[SK17] [SK13] that is kept account of is unsure once, and watched as before", async () => {
    const { path, bench } = await formerFile(true)
    const projector = await bench.project()
    expect(await bench.verify(projector, { mode })).toMatchObject(unsure)
    expect((await bench.verify(projector)).clean).toBe(true)
    expect(foundIn(await bench.verify(projector, { mode }))).toEqual([])
    await runSql(
      path,
      `UPDATE OR REPLACE syncline_records SET id = 'notes/2' WHERE id = 'notes/1';
       INSERT OR REPLACE INTO syncline_records SELECT 'notes/x', generation, projection, height, deleted, row_count, digest, seal FROM syncline_records WHERE id = 'notes/3'`
    )
    expect(foundIn(await bench.verify(projector, { mode }))).toEqual([
      "notes/1 unreadable",
      "notes/2 mismatch",
      "notes/x orphan"
    ])
    await projector.close()
  })

  it("[SK17] begun to be kept account of, or no longer, is brought along as well", async () => {
    for (const before of [false, true]) {
      const { path, bench } = await formerFile(before)
      const after = new SinkWorkbench(trackedSink(path, !before), bench.source)
      const projector = await after.project()
      expect((await after.verify(projector)).clean).toBe(true)
      await projector.close()
    }
  })

  it("[SK17] is as it was where opening fails", async () => {
    for (const sql of [
      "CREATE TABLE extra (mine)",
      "CREATE TABLE mine (record TEXT REFERENCES syncline_records (id) ON DELETE CASCADE)",
      "CREATE INDEX mine ON syncline_records (height) WHERE rowid > 9"
    ]) {
      const { path } = await formerFile()
      await runSql(path, sql)
      const before = await stateOf(path)
      const columns = { height: column.integer((_, { height }) => height) }
      const tables = [...contractTables, table("extra", { columns })]
      await expect(sqliteSink(path, { tables }).open(contractContext())).rejects.toMatchObject({
        code: "sink-foreign"
      })
      expect(await stateOf(path)).toEqual(before)
    }
  })

  it("[SK17] is as it was where a trigger asks for a rowid that is no more, whatever of the sink's writes sets it off", async () => {
    for (const [event, body] of [
      ["INSERT ON syncline_records", "NEW.rowid"],
      ["UPDATE OF height ON syncline_records", "OLD.rowid"],
      ["DELETE ON syncline_records", "OLD.rowid"],
      ["INSERT ON notes", "rowid FROM syncline_records WHERE id = NEW.id"]
    ]) {
      const { path, bench } = await formerFile()
      await runSql(
        path,
        `CREATE TABLE log (record INTEGER); CREATE TRIGGER mine AFTER ${event} BEGIN INSERT INTO log SELECT ${body}; END`
      )
      const before = await stateOf(path)
      await expect(bench.open()).rejects.toMatchObject({
        code: "sink-foreign",
        message: expect.stringContaining("rowid")
      })
      expect(await stateOf(path)).toEqual(before)
      await runSql(path, "DROP TRIGGER mine")
      await (await bench.open()).close()
      expect(await stateOf(path)).toMatchObject({ format: [{ format: 2 }] })
    }
  })

  it("[SK17] is of format 1 or of format 2 wherever who opens it is killed", async () => {
    const { path, bench } = await formerFile()
    await runSql(
      path,
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
       INSERT INTO syncline_records SELECT 'notes/many' || i, 1, 1, 1, 0, 0, randomblob(32), randomblob(16) FROM n`
    )
    const before = await stateOf(path)
    openUntilKilled(path, "INSERT INTO main.syncline_records")
    // Most of the new table had been written.
    expect(statSync(`${path}-wal`).size).toBeGreaterThan(300_000)
    expect(await stateOf(path)).toEqual(before)
    openUntilKilled(path, "temp_store = DEFAULT")
    expect(await stateOf(path)).toMatchObject({ records: before.records, format: [{ format: 2 }] })
    await runSql(path, "DELETE FROM syncline_records WHERE id LIKE 'notes/many%'")
    const projector = await bench.project()
    expect((await bench.verify(projector)).clean).toBe(true)
    await projector.close()
  })

  it("[SK17] is read to the end as it was by who is reading it meanwhile", async () => {
    const { path, bench } = await formerFile()
    const { records } = await stateOf(path)
    const Driver = await loadSqliteDriver()
    const reader = new Driver(path, { readonly: true })
    const read = (): unknown => reader.prepare("SELECT * FROM syncline_records ORDER BY id").all()
    const format = (): unknown => reader.prepare("SELECT format FROM syncline_sink").get()
    reader.exec("BEGIN")
    expect([read(), format()]).toEqual([records, { format: 1 }])
    await (await bench.open()).close()
    expect([read(), format()]).toEqual([records, { format: 1 }])
    reader.exec("COMMIT")
    expect([read(), format()]).toEqual([records, { format: 2 }])
    reader.close()
  })

  it("[SK17] is left alone by who stands by, or has no lease where there are leases", async () => {
    const { path } = await formerFile()
    await runSql(
      path,
      `INSERT INTO syncline_lease VALUES (1, 'one', '${"e".repeat(32)}', 1, ${Number.MAX_SAFE_INTEGER})`
    )
    const before = await stateOf(path)
    const fixture = trackedSink(path, false)
    await expect(
      fixture.sink(contractTables).open({ ...contractContext(), holder: "two" })
    ).rejects.toMatchObject({
      code: "sink-leased"
    })
    await expect(fixture.sink(contractTables).open(contractContext())).rejects.toMatchObject({
      code: "sink-fenced"
    })
    expect(await stateOf(path)).toEqual(before)
    await runSql(path, "UPDATE syncline_lease SET until_ms = 0")
    await (await fixture.sink(contractTables).open({ ...contractContext(), holder: "two" })).close()
    expect(await stateOf(path)).toMatchObject({ records: before.records, format: [{ format: 2 }] })
  })

  it("[SK17] keeps what an application put beside its records", async () => {
    const { path, bench } = await formerFile()
    await runSql(
      path,
      `CREATE TABLE log (id TEXT); CREATE INDEX mine ON syncline_records (height);
       CREATE VIEW heights AS SELECT id, height FROM syncline_records;
       CREATE TRIGGER written AFTER UPDATE ON syncline_records BEGIN INSERT INTO log VALUES (NEW.id); END`
    )
    const projector = await bench.project()
    bench.put(3, "again")
    await projector.drain()
    await projector.close()
    const connection = await rawConnection(path)
    expect(connection.prepare("SELECT id FROM log").all()).toEqual([{ id: noteId(3) }])
    expect(connection.prepare("SELECT count(*) AS n FROM heights").get()).toEqual({ n: 30 })
    expect(connection.prepare("SELECT count(*) AS n FROM pragma_index_info('mine')").get()).toEqual({ n: 1 })
  })

  it("[SK17] [SK10] keeps records whose ids are no UTF-8, for verification to name", async () => {
    const { path, bench } = await formerFile(true)
    await runSql(path, "INSERT INTO syncline_records VALUES (CAST(x'6eff' AS TEXT), 1, 1, 1, 0, 0, x'', x'')")
    const projector = await bench.project()
    expect((await bench.verify(projector)).sinks).toMatchObject([{ error: { code: "sink-foreign" } }])
    await runSql(path, "DELETE FROM syncline_records WHERE hex(id) = '6EFF'")
    expect((await bench.verify(projector)).clean).toBe(true)
    expect(foundIn(await bench.verify(projector, { mode }))).toEqual([])
    await projector.close()
  })

  it("[SK17] [SK5] that was cleared is filled again", async () => {
    const { path, bench } = await formerFile()
    await runSql(
      path,
      ["notes", "note_tags", "syncline_records", "syncline_sink"].map(name => `DELETE FROM ${name}`).join(";")
    )
    const projector = await bench.project()
    expect(await bench.verify(projector)).toMatchObject({
      clean: true,
      sinks: [{ counts: { consistent: 30 } }]
    })
    await projector.close()
  })
})
