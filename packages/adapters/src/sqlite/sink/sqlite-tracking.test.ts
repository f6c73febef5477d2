import { memoryStore, openReplica, type Sink } from "@syncline/core"
import {
  contractContext,
  contractVectors,
  noteId,
  playSharedSink,
  sinkContract,
  SinkWorkbench
} from "@syncline/core/testing"
import { yjs } from "@syncline/core/yjs"
import { describe, expect, it } from "vitest"
import { rawConnection } from "../testing/raw-connection.ts"
import { foundIn, freshPath, trackedNotes, trackedSink, unsure } from "../testing/tracked-notes.ts"
import { sqliteVecSink } from "../vec/sqlite-vec-sink.ts"
import { sqliteSink } from "./sqlite-sink.ts"

const mode = { kind: "merkle" } as const

describe("sqliteSink that keeps account of changes", () => {
  for (const { title, run } of sinkContract("sqlite, tracking", () => trackedSink())) it(title, () => run())

  it.each([
    ["a replaced row", "INSERT OR REPLACE INTO notes VALUES ('notes/1', 'x', 1, '{}')"],
    ["an id that changed", "UPDATE notes SET id = 'notes/x' WHERE id = 'notes/1'", "notes/x orphan"],
    [
      "a row that another one's rowid displaced",
      "INSERT OR REPLACE INTO notes (rowid, id, title, size, raw) SELECT rowid, 'notes/x', 'x', 1, '{}' FROM notes WHERE id = 'notes/1'",
      "notes/x orphan"
    ],
    [
      "a row that another one was moved over",
      "UPDATE OR REPLACE notes SET rowid = (SELECT rowid FROM notes WHERE id = 'notes/1') WHERE id = 'notes/2'"
    ],
    [
      "a child that was moved",
      "UPDATE note_tags SET parent_id = 'notes/x' WHERE parent_id = 'notes/1'",
      "notes/x orphan"
    ],
    ["everything of a table", "DELETE FROM note_tags WHERE parent_id = 'notes/1'"],
    [
      "a write twice in a transaction",
      "BEGIN; UPDATE OR FAIL notes SET title = 'a' WHERE id = 'notes/1'; UPDATE OR ROLLBACK notes SET title = 'b' WHERE id = 'notes/1'; COMMIT"
    ]
  ])("[SK12] %s is found", async (_, sql, ...others) => {
    const { projector, byTree, run } = await trackedNotes()
    await run(sql)
    expect(foundIn(await byTree())).toEqual(["notes/1 mismatch", ...others])
    await projector.close()
  })

  it("[SC20] whoever does not hold the lease neither ends the account nor mends it", async () => {
    const path = freshPath()
    const context = contractContext()
    const nowMs = context.ports.time.nowMs()
    const session = await sqliteSink(path, { tracking: true }).open(context)
    await session.takeLease?.({ holder: "one", ttlMs: 1_000_000, nowMs })
    const untracked = sqliteSink(path)
    await expect(untracked.open({ ...context, holder: "two" })).rejects.toMatchObject({ code: "sink-leased" })
    await expect(untracked.open(context)).rejects.toMatchObject({ code: "sink-fenced" })
    expect(await session.tracking?.sums([""])).toBeDefined()
    await session.close()
  })

  it("[SK12] what a trigger of the application's makes of a row is found, though the sink's own write set it off", async () => {
    const { bench, projector, byTree, inFull, run } = await trackedNotes()
    await run(
      "CREATE TRIGGER mine AFTER UPDATE ON notes WHEN NEW.title = 'loud' BEGIN UPDATE notes SET title = 'LOUD' WHERE id = NEW.id; END"
    )
    expect((await inFull()).clean).toBe(true)
    bench.put(1, "loud")
    await projector.drain()
    expect(foundIn(await byTree())).toEqual(["notes/1 mismatch"])
    await projector.close()
  })

  it.each([
    ["a dropped trigger", "DROP TRIGGER syncline_track_notes_update"],
    ["leaves that were changed", "DELETE FROM syncline_leaves"],
    ["sums that were changed", "UPDATE syncline_tree SET count = 1"],
    ["marks that were taken away", "UPDATE notes SET title = 'x'; DELETE FROM syncline_marks"],
    ["an account that was called accepted", "UPDATE syncline_tracking SET round = 7"],
    ["a switch left on", "UPDATE syncline_tracking SET writing = 1"]
  ])("[SK13] %s makes it unsure, until everything was read", async (_, sql) => {
    const { bench, projector, byTree, run } = await trackedNotes()
    await run(sql)
    expect(await byTree()).toMatchObject(unsure)
    expect(await byTree()).toMatchObject(unsure)
    const report = await bench.verify(projector)
    await bench.repair(projector, report, { force: true })
    expect((await bench.verify(projector)).clean).toBe(true)
    expect(foundIn(await byTree())).toEqual([])
    await run("UPDATE notes SET title = 'x' WHERE id = 'notes/1'")
    expect(foundIn(await byTree())).toEqual(["notes/1 mismatch"])
    await projector.close()
  })

  it("[SK13] a unique index of the application's makes it unsure for as long as it is there", async () => {
    const { bench, projector, byTree, run } = await trackedNotes()
    await run("CREATE UNIQUE INDEX mine ON notes (title)")
    for (let round = 0; round < 2; round++) {
      expect((await bench.verify(projector)).clean).toBe(true)
      expect(await byTree()).toMatchObject(unsure)
    }
    await run("DROP INDEX mine")
    expect(await byTree()).toMatchObject(unsure)
    expect((await bench.verify(projector)).clean).toBe(true)
    expect(foundIn(await byTree())).toEqual([])
    await projector.close()
  })

  it("[SK14] begun on a file with records it needs a full verification; ended, nothing of it is left", async () => {
    const path = freshPath()
    const open = (tracking: boolean): SinkWorkbench => new SinkWorkbench(trackedSink(path, tracking), source)
    const source = new SinkWorkbench(trackedSink()).source
    const plain = open(false)
    for (let key = 0; key < 30; key++) plain.put(key)
    await (await plain.project()).close()
    const tracked = open(true)
    const projector = await tracked.project()
    expect(await tracked.verify(projector, { mode })).toMatchObject(unsure)
    expect((await tracked.verify(projector)).clean).toBe(true)
    expect((await tracked.verify(projector, { mode })).sinks[0]?.coverage).toMatchObject({
      nodes: 1,
      looked: 0
    })
    await projector.close()
    await (await open(false).project()).close()
    const left = (await rawConnection(path)).prepare(
      "SELECT name FROM sqlite_schema WHERE name LIKE 'syncline_track%' OR name IN ('syncline_marks', 'syncline_leaves', 'syncline_tree')"
    )
    expect(left.all()).toEqual([])
  })

  it("[SK14] a mapping that changed is kept account of as well", async () => {
    const { bench, path, projector, run } = await trackedNotes()
    await projector.close()
    const other = new SinkWorkbench(
      { ...trackedSink(path), sink: () => sqliteSink(path, { tracking: true }) },
      bench.source
    )
    const again = await other.project()
    expect(foundIn(await other.verify(again, { mode }))).toEqual([])
    await run(`UPDATE documents SET value = '{}' WHERE id = '${noteId(3)}'`)
    expect(foundIn(await other.verify(again, { mode }))).toEqual(["notes/3 mismatch"])
    await again.close()
  })
})

it("[VF21] a replica's sink is compared with the digests that the replica keeps for sync", async () => {
  const sinks = [sqliteSink(freshPath(), { tracking: true })]
  const replica = await openReplica({ store: memoryStore(), engine: yjs(), sinks })
  for (const n of [1, 2]) {
    for (const key of ["a", "b"])
      await (await replica.load(`tasks/${key}`)).change(draft => Object.assign(draft, { n })).projected
    const report = await replica.verify({ mode })
    expect(report).toMatchObject({
      clean: true,
      sinks: [{ coverage: { documents: 2, nodes: 1, looked: 0 } }]
    })
  }
  await replica.close()
})

it("[PJ34] two replicas feed one file that is kept account of, one stale and slow: it ends right", async () => {
  let late = 0
  for (let seed = 1; seed <= 5; seed++) {
    const path = freshPath()
    const sink = (): Sink => sqliteSink(path, { tracking: true })
    late += (await playSharedSink(seed, { engine: yjs(), sink })).late
  }
  expect(late).toBeGreaterThan(0)
})

it("[SQV7] tables with vectors, which can have no triggers, are not kept account of", () => {
  expect(() => sqliteVecSink(freshPath(), { tables: [contractVectors()], tracking: true } as never)).toThrow(
    expect.objectContaining({ code: "options-invalid" })
  )
})
