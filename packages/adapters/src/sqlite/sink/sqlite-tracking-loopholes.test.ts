import { column, defineProjection, type SinkSession, table } from "@syncline/core"
import { contractContext, contractTables } from "@syncline/core/testing"
import { describe, expect, it } from "vitest"
import { rawConnection } from "../testing/raw-connection.ts"
import { foundIn, freshPath, trackedNotes, trackedSink, unsure } from "../testing/tracked-notes.ts"
import { sqliteSink } from "./sqlite-sink.ts"
import { trackingTriggers } from "./tracking-triggers.ts"

/** With titles unique it takes `notes/2` away, and marks `notes/1` alone. */
const replacing =
  "UPDATE OR REPLACE notes SET title = (SELECT title FROM notes WHERE id = 'notes/2') WHERE id = 'notes/1'"
const change = "UPDATE notes SET title = 'x' WHERE id = 'notes/1'"

/** A session for whom the lease is, of a tracked sink; not this session's projector feeds it. */
async function leased(path: string, holder: string, nowMs: number): Promise<SinkSession> {
  const session = await trackedSink(path)
    .sink(contractTables)
    .open({ ...contractContext(), holder })
  await session.takeLease?.({ holder, ttlMs: 1000, nowMs })
  return session
}

describe("what others do about the account of a SQLite sink", () => {
  it.each([
    ["a unique index", "CREATE UNIQUE INDEX mine ON notes (title)", "DROP INDEX mine"],
    [
      "a trigger on its tables",
      "UPDATE notes SET title = title; CREATE TRIGGER mine AFTER DELETE ON syncline_marks BEGIN UPDATE notes SET title = 'x' WHERE id = 'notes/2'; END",
      "DROP TRIGGER mine"
    ]
  ])(
    "[SK13] [VF23] nothing vouches for the account beside %s, a clean verification neither",
    async (...row) => {
      const [, open, close] = row
      const { projector, byTree, inFull, run } = await trackedNotes()
      await run(open)
      expect((await inFull()).clean).toBe(true)
      expect((await inFull()).clean).toBe(true)
      await run(replacing)
      await run(close)
      expect(await byTree()).toMatchObject(unsure)
      await projector.close()
    }
  )

  it("[SK13] a unique index on its own tables, which may be in the way of marks, keeps it unsure", async () => {
    const { projector, byTree, inFull, run } = await trackedNotes()
    await run("CREATE UNIQUE INDEX mine ON syncline_marks (id)")
    expect((await inFull()).clean).toBe(true)
    expect(await byTree()).toMatchObject(unsure)
    await projector.close()
  })

  it.each([
    [
      "a column that was dropped, and added again",
      "ALTER TABLE notes DROP COLUMN raw; ALTER TABLE notes ADD COLUMN raw TEXT"
    ],
    [
      "a unique index that was there for a while",
      `CREATE UNIQUE INDEX mine ON notes (title); ${replacing}; DROP INDEX mine`
    ],
    ["a file written anew", "VACUUM"]
  ])("[SK13] %s makes it unsure, also where it was opened since", async (_, sql) => {
    const { bench, projector, byTree, inFull, run } = await trackedNotes()
    await run(sql)
    expect(await byTree()).toMatchObject(unsure)
    expect(await byTree()).toMatchObject(unsure)
    await bench.repair(projector, await inFull(), { force: true })
    expect((await inFull()).clean).toBe(true)
    expect(foundIn(await byTree())).toEqual([])
    await run(sql)
    await projector.close()
    const again = await bench.project()
    expect(await bench.verify(again, { mode: { kind: "merkle" } })).toMatchObject(unsure)
    await again.close()
  })

  it("[SK12] what a trigger makes of a row, set off by a foreign key's action on a write of the sink's, is found", async () => {
    const { bench, projector, byTree, inFull, run } = await trackedNotes()
    await run(`
      CREATE TABLE likes (note TEXT REFERENCES notes (id) ON DELETE CASCADE, other TEXT);
      CREATE TRIGGER mine AFTER DELETE ON likes BEGIN UPDATE notes SET title = 'unliked' WHERE id = OLD.other; END;
      INSERT INTO likes VALUES ('notes/1', 'notes/2')`)
    expect((await inFull()).clean).toBe(true)
    bench.delete(1)
    await projector.drain()
    expect(foundIn(await byTree())).toEqual(["notes/2 mismatch"])
    await projector.close()
  })

  it.each([
    ["ends the statement", "SELECT RAISE(IGNORE)"],
    ["fails", "SELECT RAISE(FAIL, 'no')"],
    ["has a conflict", "INSERT OR FAIL INTO log VALUES (1)"]
  ])(
    "[SK12] a change is marked though a trigger of the application's %s once it is made",
    async (_, what) => {
      const { projector, byTree, inFull, run } = await trackedNotes()
      await run("CREATE TABLE log (only_row INTEGER PRIMARY KEY); INSERT INTO log VALUES (1)")
      for (const event of ["INSERT", "UPDATE", "DELETE"])
        await run(`CREATE TRIGGER mine_${event} AFTER ${event} ON notes BEGIN ${what}; END`)
      expect((await inFull()).clean).toBe(true)
      await run("INSERT INTO notes VALUES ('notes/x', 'x', 1, '{}')").catch(() => {})
      await run(change).catch(() => {})
      await run("DELETE FROM notes WHERE id = 'notes/2'").catch(() => {})
      expect(foundIn(await byTree())).toEqual(["notes/1 mismatch", "notes/2 mismatch", "notes/x orphan"])
      await projector.close()
    }
  )

  it.each([
    ["its row is deleted", "DELETE FROM syncline_tracking"],
    ["a table of it is dropped", "DROP TABLE syncline_leaves"],
    ["all its tables are dropped", dropped()]
  ])("[SK15] where %s under an open session, the next write brings the account back", async (_, sql) => {
    const { bench, projector, byTree, inFull, run } = await trackedNotes()
    await run(sql)
    bench.put(1, "after")
    await projector.drain()
    expect(await byTree()).toMatchObject(unsure)
    expect((await inFull()).clean).toBe(true)
    await run(change)
    expect(foundIn(await byTree())).toEqual(["notes/1 mismatch"])
    await projector.close()
  })

  it("[SK15] [VF23] where somebody who wants none opened the sink, the next verification by the tree brings the account back", async () => {
    const { bench, path, projector, byTree, inFull } = await trackedNotes()
    const untracked = trackedSink(path, false).sink(contractTables)
    await (await untracked.open(contractContext(bench.source))).close()
    expect(await byTree()).toMatchObject({ sinks: [{ error: { code: "sink-fenced" } }] })
    expect(await byTree()).toMatchObject(unsure)
    expect((await inFull()).clean).toBe(true)
    expect(foundIn(await byTree())).toEqual([])
    await projector.close()
  })

  it("[SK13] a row put in the account's place makes it unsure, whatever it says", async () => {
    const { projector, byTree, run } = await trackedNotes()
    await run("DROP TRIGGER syncline_track_notes_update")
    await run(change)
    expect(await byTree()).toMatchObject(unsure)
    await run(`CREATE TEMP TABLE mine AS SELECT * FROM syncline_tracking; UPDATE mine SET accepted = incident;
      INSERT OR REPLACE INTO syncline_tracking SELECT * FROM mine`)
    expect(await byTree()).toMatchObject(unsure)
    await projector.close()
  })

  it.each([
    ["once it is on", "writing = 1, accepted = incident", "writing = 0"],
    ["once it is off", "writing = 1", "writing = 0, accepted = incident"]
  ])("[SK13] an account switched off and called accepted %s stays unsure", async (_, ...steps) => {
    const { projector, byTree, run } = await trackedNotes()
    await run("DELETE FROM syncline_leaves")
    expect(await byTree()).toMatchObject(unsure)
    for (const step of steps) await run(`UPDATE syncline_tracking SET ${step}`)
    expect(await byTree()).toMatchObject(unsure)
    await projector.close()
  })

  it("[SK13] what notes that somebody changed the account is not taken back by switching it off and on", async () => {
    const { projector, byTree, run } = await trackedNotes()
    await run("UPDATE syncline_tracking SET round = 7")
    await run("UPDATE syncline_tracking SET writing = 1")
    await run("UPDATE syncline_tracking SET writing = 0, touched = 0")
    expect(await byTree()).toMatchObject(unsure)
    await projector.close()
  })

  it.each(["ABORT", "REPLACE", "IGNORE"])(
    "[SK13] the account is switched on or off, by UPDATE OR %s too",
    async conflict => {
      const { path, projector, run } = await trackedNotes()
      await run(`UPDATE OR ${conflict} syncline_tracking SET writing = 2`).catch(() => {})
      const connection = await rawConnection(path)
      expect(connection.prepare("SELECT writing FROM syncline_tracking").all()).toEqual([{ writing: 0 }])
      await projector.close()
    }
  )

  it("[SK13] a switch that is neither on nor off, written without the check, hides nothing", async () => {
    const { projector, byTree, run } = await trackedNotes()
    await run("DELETE FROM syncline_leaves")
    expect(await byTree()).toMatchObject(unsure)
    await run(`PRAGMA ignore_check_constraints = 1; UPDATE syncline_tracking SET writing = 2;
      UPDATE syncline_tracking SET accepted = incident; UPDATE syncline_tracking SET writing = 0`)
    expect(await byTree()).toMatchObject(unsure)
    await projector.close()
  })

  it("[SK12] two triggers of one name are an error, and neither takes the other's place", () => {
    const { tables, ...rest } = defineProjection(contractTables)
    expect(() => trackingTriggers({ ...rest, tables: [...tables, ...tables] })).toThrow(
      "syncline_track_notes_insert"
    )
  })

  it("[SK15] a session that lost the lease changes nothing of the account", async () => {
    const path = freshPath()
    const nowMs = contractContext().ports.time.nowMs()
    const one = await leased(path, "one", nowMs - 5000)
    const round = { round: 2, incident: 0 }
    const two = await leased(path, "two", nowMs)
    const connection = await rawConnection(path)
    const before = connection.prepare("SELECT * FROM syncline_tracking").all()
    for (const call of [
      () => one.tracking?.begin(),
      () => one.tracking?.forget(round, ["notes/1"]),
      () => one.tracking?.accept(round)
    ])
      await expect(call()).rejects.toMatchObject({ code: "sink-fenced" })
    expect(connection.prepare("SELECT * FROM syncline_tracking").all()).toEqual(before)
    await Promise.all([one.close(), two.close()])
  })

  it("[SK15] a session under another mapping than the one in force makes no triggers", async () => {
    const path = freshPath()
    const former = await trackedSink(path).sink(contractTables).open(contractContext())
    const other = [table("note_tags", { columns: { tag: column.text(() => "") } })]
    const session = await sqliteSink(path, { tracking: true, tables: other }).open(contractContext())
    await expect(former.tracking?.begin()).rejects.toMatchObject({ code: "sink-fenced" })
    const connection = await rawConnection(path)
    connection.exec("INSERT INTO note_tags VALUES ('note_tags/1', 'a')")
    await Promise.all([former.close(), session.close()])
  })

  it("[SK14] opened without an account, a sink whose account somebody dropped keeps no triggers of it", async () => {
    const { bench, path, projector, run } = await trackedNotes()
    await projector.close()
    await run(dropped())
    await expect(run(change)).rejects.toThrow("syncline_tracking")
    await (await trackedSink(path, false).sink(contractTables).open(contractContext(bench.source))).close()
    await run(change)
  })

  it("[SK15] calls on an account that is gone are rejected as any other", async () => {
    const path = freshPath()
    const session = await trackedSink(path).sink(contractTables).open(contractContext())
    const connection = await rawConnection(path)
    connection.exec("DROP TABLE syncline_marks")
    const round = { round: 2, incident: 0 }
    for (const call of [
      () => session.tracking?.forget(round, ["notes/1"]),
      () => session.tracking?.marked(round, undefined, 1),
      () => session.tracking?.accept(round)
    ])
      await expect(call()).rejects.toMatchObject({ code: "sink-fenced" })
    await session.close()
  })
})

/** What somebody does who takes the tables for rubbish. */
function dropped(): string {
  const names = ["syncline_tracking", "syncline_marks", "syncline_leaves", "syncline_tree"]
  return names.map(name => `DROP TABLE ${name};`).join(" ")
}
