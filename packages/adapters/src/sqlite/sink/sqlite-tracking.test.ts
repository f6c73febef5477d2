import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { memoryStore, openReplica, type Projector, type Sink, type VerifyReport } from "@syncline/core"
import {
  contractContext,
  contractVectors,
  noteId,
  playSharedSink,
  sinkContract,
  type SinkFixture,
  SinkWorkbench
} from "@syncline/core/testing"
import { yjs } from "@syncline/core/yjs"
import { afterEach, describe, expect, it } from "vitest"
import { loadSqliteDriver, type SqliteConnection } from "../driver/sqlite-driver.ts"
import { SqliteSinkDamage } from "../testing/sqlite-sink-damage.ts"
import { sqliteVecSink } from "../vec/sqlite-vec-sink.ts"
import { sqliteSink } from "./sqlite-sink.ts"

const Driver = await loadSqliteDriver()
const folders: string[] = []
const mode = { kind: "merkle" } as const

function freshPath(): string {
  const folder = mkdtempSync(join(tmpdir(), "syncline-tracking-"))
  folders.push(folder)
  return join(folder, "sink.db")
}

function makeSink(path = freshPath(), tracking = true): SinkFixture {
  return {
    sink: tables => sqliteSink(path, { tracking, ...(tables === undefined ? {} : { tables }) }),
    damage: new SqliteSinkDamage(() => new Driver(path))
  }
}

/** Runs SQL as any other program would. */
function execute(path: string, sql: string): void {
  const connection: SqliteConnection = new Driver(path)
  connection.exec(sql)
  connection.close()
}

/** Thirty notes in a tracked file. */
async function filled(
  path: string
): Promise<{ bench: SinkWorkbench; projector: Projector; byTree: () => Promise<VerifyReport> }> {
  const bench = new SinkWorkbench(makeSink(path))
  for (let key = 0; key < 30; key++) bench.put(key)
  const projector = await bench.project()
  return { bench, projector, byTree: () => bench.verify(projector, { mode }) }
}

function foundIn({ sinks }: VerifyReport): readonly string[] {
  expect(sinks[0]?.error).toBeUndefined()
  return sinks.flatMap(({ findings }) => findings.map(each => `${each.id} ${each.class}`)).sort()
}

const unsure = { sinks: [{ error: { code: "verification-unsure" } }] }

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

describe("sqliteSink that keeps account of changes", () => {
  for (const { title, run } of sinkContract("sqlite, tracking", () => makeSink())) it(title, () => run())

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
    const path = freshPath()
    const { projector, byTree } = await filled(path)
    execute(path, sql)
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
    const path = freshPath()
    const { bench, projector, byTree } = await filled(path)
    execute(
      path,
      "CREATE TRIGGER mine AFTER UPDATE ON notes WHEN NEW.title = 'loud' BEGIN UPDATE notes SET title = 'LOUD' WHERE id = NEW.id; END"
    )
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
    const path = freshPath()
    const { bench, projector, byTree } = await filled(path)
    execute(path, sql)
    expect(await byTree()).toMatchObject(unsure)
    expect(await byTree()).toMatchObject(unsure)
    const report = await bench.verify(projector)
    await bench.repair(projector, report, { force: true })
    expect((await bench.verify(projector)).clean).toBe(true)
    expect(foundIn(await byTree())).toEqual([])
    execute(path, "UPDATE notes SET title = 'x' WHERE id = 'notes/1'")
    expect(foundIn(await byTree())).toEqual(["notes/1 mismatch"])
    await projector.close()
  })

  it("[SK13] a unique index of the application's makes it unsure for as long as it is there", async () => {
    const path = freshPath()
    const { bench, projector, byTree } = await filled(path)
    execute(path, "CREATE UNIQUE INDEX mine ON notes (title)")
    for (let round = 0; round < 2; round++) {
      expect((await bench.verify(projector)).clean).toBe(true)
      expect(await byTree()).toMatchObject(unsure)
    }
    execute(path, "DROP INDEX mine")
    expect(await byTree()).toMatchObject(unsure)
    expect((await bench.verify(projector)).clean).toBe(true)
    expect(foundIn(await byTree())).toEqual([])
    await projector.close()
  })

  it("[SK14] begun on a file with records it needs a full verification; ended, nothing of it is left", async () => {
    const path = freshPath()
    const open = (tracking: boolean): SinkWorkbench => new SinkWorkbench(makeSink(path, tracking), source)
    const source = new SinkWorkbench(makeSink()).source
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
    const connection: SqliteConnection = new Driver(path)
    const left = connection.prepare(
      "SELECT name FROM sqlite_schema WHERE name LIKE 'syncline_track%' OR name IN ('syncline_marks', 'syncline_leaves', 'syncline_tree')"
    )
    expect(left.all()).toEqual([])
    connection.close()
  })

  it("[SK14] a mapping that changed is kept account of as well", async () => {
    const path = freshPath()
    const { bench, projector } = await filled(path)
    await projector.close()
    const other = new SinkWorkbench(
      { ...makeSink(path), sink: () => sqliteSink(path, { tracking: true }) },
      bench.source
    )
    const again = await other.project()
    expect(foundIn(await other.verify(again, { mode }))).toEqual([])
    execute(path, `UPDATE documents SET value = '{}' WHERE id = '${noteId(3)}'`)
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
