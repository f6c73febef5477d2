import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import {
  contractContext,
  contractVectors,
  noteId,
  playSharedSink,
  sinkContract,
  type SinkFixture,
  SinkWorkbench,
  vectorSinkContract,
  type VectorSinkFixture
} from "@syncline/core/testing"
import { column, type Sink, table as tableOf } from "@syncline/core"
import { featureHashing, vectorBytes, vectors } from "@syncline/core/vectors"
import { yjs } from "@syncline/core/yjs"
import { load } from "sqlite-vec"
import { afterEach, describe, expect, it } from "vitest"
import { loadSqliteDriver, type SqliteConnection } from "../driver/sqlite-driver.ts"
import { sqliteSink } from "../sink/sqlite-sink.ts"
import { SqliteSinkDamage } from "../testing/sqlite-sink-damage.ts"
import { sqliteVecSink } from "./sqlite-vec-sink.ts"

const Driver = await loadSqliteDriver()
const folders: string[] = []

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function freshPath(): string {
  const folder = mkdtempSync(join(tmpdir(), "syncline-vec-"))
  folders.push(folder)
  return join(folder, "sink.db")
}

interface Titled {
  readonly title?: string
}

class TitleDamage extends SqliteSinkDamage {
  override removeAll(id: string): void {
    super.removeAll(id)
    this.run("DELETE FROM title_chunks WHERE parent_id = ?", id)
  }

  override duplicateChunk(id: string): void {
    this.run(
      `INSERT INTO title_chunks SELECT (SELECT max(vector_id) + 1 FROM title_chunks), parent_id, ordinal + 1, text, start, embedder, vector_hash
        FROM title_chunks WHERE parent_id = ? AND ordinal = 0`,
      id
    )
  }
}

/** The contract's tables, and vectors of each title beside them. */
function makeSink(): SinkFixture {
  const path = freshPath()
  const titles = vectors<Titled>("title_chunks", {
    collection: "notes",
    text: note => note.title,
    embed: featureHashing({ dimensions: 16 })
  })
  return {
    sink: tables => sqliteVecSink(path, { tables: [...(tables ?? []), titles] }),
    damage: new TitleDamage(() => new Driver(path))
  }
}

/** Runs statements behind the sink's back. */
function execute(
  path: string,
  ...statements: readonly (readonly [sql: string, ...parameters: unknown[]])[]
): unknown[] {
  const connection: SqliteConnection = new Driver(path)
  load(connection)
  try {
    return statements.map(([sql, ...parameters]) => {
      const statement = connection.prepare(sql)
      return sql.startsWith("SELECT") ? statement.all(...parameters) : statement.run(...parameters)
    })
  } finally {
    connection.close()
  }
}

/** Notes in the contract's table with vectors. */
function makeBench() {
  const path = freshPath()
  const definition = contractVectors()
  const bench = new SinkWorkbench({ sink: () => sqliteVecSink(path, { tables: [definition] }) })
  const putNote = (key: number, body: string, topic = "sea"): void =>
    void bench.source.put(noteId(key), { body, topic, size: key })
  return { path, bench, putNote }
}

const vectorId = (table: string): string =>
  `(SELECT vector_id FROM ${table} WHERE parent_id = ? AND ordinal = ?)`

function makeVectorSink(path = freshPath()): VectorSinkFixture {
  return {
    sink: tables => sqliteVecSink(path, { tables }),
    damage: {
      setVector: (table, id, ordinal, vector) =>
        void execute(path, [
          `UPDATE ${table}_vectors SET embedding = ? WHERE rowid = ${vectorId(table)}`,
          vectorBytes(vector),
          id,
          ordinal
        ]),
      removeVector: (table, id, ordinal) =>
        void execute(path, [`DELETE FROM ${table}_vectors WHERE rowid = ${vectorId(table)}`, id, ordinal])
    }
  }
}

describe("sqliteVecSink", () => {
  for (const { title, run } of sinkContract("sqlite-vec", makeSink)) it(title, () => run())

  for (const { title, run } of vectorSinkContract("sqlite-vec", () => makeVectorSink(), {
    distances: ["cosine", "euclidean"]
  }))
    it(title, () => run())

  it("[SQV1] rows of vectors lie in a table for plain SQL, their vectors in one of sqlite-vec beside it", async () => {
    const path = freshPath()
    const bench = new SinkWorkbench({ sink: () => sqliteVecSink(path, { tables: [contractVectors()] }) })
    bench.source.put(noteId(1), { body: "a quiet window", topic: "home", size: 3 })
    await (await bench.project()).close()
    const [rows] = execute(path, [
      "SELECT c.parent_id, c.text, c.topic, c.embedder, vec_length(v.embedding) AS dimensions FROM note_chunks c JOIN note_chunks_vectors v ON v.rowid = c.vector_id"
    ])
    expect(rows).toEqual([
      {
        parent_id: "notes/1",
        text: "a quiet window",
        topic: "home",
        embedder: "feature-hashing@1-16",
        dimensions: 16
      }
    ])
  })

  it("[SQV2] edits do not make the table of vectors grow", async () => {
    const path = freshPath()
    const bench = new SinkWorkbench({ sink: () => sqliteVecSink(path, { tables: [contractVectors()] }) })
    const session = await bench.open()
    for (let round = 0; round < 1_200; round++)
      await bench.apply(
        session,
        bench.source.put(noteId(1), { body: `round ${round}`, topic: "t", size: round })
      )
    const [chunks, count] = execute(
      path,
      ["SELECT count(*) AS n FROM note_chunks_vectors_chunks"],
      ["SELECT count(*) AS n FROM note_chunks_vectors"]
    )
    expect([chunks, count]).toEqual([[{ n: 1 }], [{ n: 1 }]])
    await session.close()
  })

  it("[SQV3] vectors without a row are removed at opening", async () => {
    const path = freshPath()
    const fixture = makeVectorSink(path)
    await (await fixture.sink([contractVectors()]).open(contractContext())).close()
    execute(path, [
      "INSERT INTO note_chunks_vectors (rowid, embedding) VALUES (7, ?)",
      vectorBytes(new Float32Array(16).fill(1))
    ])
    await (await fixture.sink([contractVectors()]).open(contractContext())).close()
    expect(execute(path, ["SELECT rowid FROM note_chunks_vectors"])).toEqual([[]])
  })

  it("[SQV4] vectors in a sink without them, and a distance sqlite-vec does not have, are refused at once", () => {
    expect(() => sqliteSink(freshPath(), { tables: [contractVectors() as never] })).toThrow(/sqliteVecSink/)
    expect(() => sqliteVecSink(freshPath(), { tables: [contractVectors({ distance: "dot" })] })).toThrow(
      /cosine/
    )
  })

  it("[SQV3] vectors whose rows somebody took away are in the way of no new one, and of no search after a repair", async () => {
    const { path, bench, putNote } = makeBench()
    for (let key = 0; key < 6; key++) putNote(key, `shell number ${key}`)
    const projector = await bench.project()
    execute(path, ["DELETE FROM note_chunks WHERE parent_id IN (?, ?)", noteId(1), noteId(5)])
    putNote(6, "shell number 6")
    await projector.drain()
    const report = await bench.verify(projector)
    expect(await bench.repair(projector, report)).toMatchObject({ complete: true, counts: { mended: 2 } })
    expect((await bench.verify(projector)).clean).toBe(true)
    expect((await projector.search("shell number 1"))[0]?.document).toBe(noteId(1))
    const rows = { table: "note_chunks", vector: new Float32Array(16).fill(1), limit: 7 }
    expect(await projector.session?.nearest?.(rows)).toHaveLength(7)
    await projector.close()
  })

  it("[FI2] [FI3] [FI4] hits of a sink that is behind are told apart, and mended with the scores that sqlite-vec gives", async () => {
    const { bench, putNote } = makeBench()
    putNote(1, "ferries in the mist")
    putNote(2, "letters")
    putNote(3, "ferries")
    const projector = await bench.project()
    projector.pause()
    putNote(2, "a ferry, and letters")
    bench.delete(3)
    const found = await projector.search("ferries in letters")
    expect(new Map(found.map(({ document, stale }) => [document, stale]))).toEqual(
      new Map([
        [noteId(1), false],
        [noteId(2), true]
      ])
    )
    const mended = await projector.search("ferries in letters", { stale: "mend" })
    projector.resume()
    await projector.drain()
    const followed = await projector.search("ferries in letters")
    expect(mended.map(({ document, height, stale }) => [document, height, stale])).toEqual(
      followed.map(({ document, height, stale }) => [document, height, stale])
    )
    for (const [i, { score }] of mended.entries()) expect(score).toBeCloseTo(followed[i]?.score ?? 0, 5)
    await projector.close()
  })

  it("[SQV6] a number is found to the last bit", async () => {
    const path = freshPath()
    const sized = vectors<{ readonly size: number }>("sizes", {
      collection: "notes",
      text: () => "shell",
      embed: featureHashing({ dimensions: 16 }),
      payload: { size: column.real(note => note.size) }
    })
    const bench = new SinkWorkbench({ sink: () => sqliteVecSink(path, { tables: [sized] }) })
    const sizes = [30443289145264130, 0.1, 5e-324, 1.7976931348623157e308, 1e21]
    for (const [key, size] of sizes.entries()) bench.source.put(noteId(key), { size })
    const projector = await bench.project()
    for (const [key, size] of sizes.entries())
      expect(await projector.search("shell", { filter: { size } })).toMatchObject([{ document: noteId(key) }])
    await projector.close()
  })

  it("[SQV4] a table whose name sqlite-vec needs is refused at declaration", () => {
    for (const name of ["note_chunks_vectors", "Note_Chunks_Vectors_rowids"]) {
      const tables = [contractVectors(), tableOf(name, { columns: { id2: column.text(() => "") } })]
      expect(() => sqliteVecSink(freshPath(), { tables })).toThrow(/choose one that does not begin with/)
    }
  })

  it("[SQV5] without sqlite-vec a file with vectors is refused with what to do; with it they can be given up", async () => {
    const path = freshPath()
    const plain = tableOf("plain", { columns: { kind: column.text(() => "note") } })
    const open = async (sink: Sink): Promise<void> => (await sink.open(contractContext())).close()
    await open(sqliteVecSink(path, { tables: [contractVectors(), plain] }))
    await expect(open(sqliteSink(path, { tables: [plain] }))).rejects.toMatchObject({
      code: "sink-foreign",
      message: expect.stringContaining("use sqliteVecSink")
    })
    await open(sqliteVecSink(path, { tables: [plain] }))
    await open(sqliteSink(path, { tables: [plain] }))
  })

  it.each([2n ** 63n - 1n, 2n ** 53n + 1n, -5n])(
    "[SQV3] a row that somebody added under the number %s stops neither the sink nor its repair",
    async number => {
      const { path, bench, putNote } = makeBench()
      for (let key = 0; key < 3; key++) putNote(key, `shell number ${key}`)
      const projector = await bench.project()
      const others = "parent_id, 99, text, start, embedder, vector_hash, topic, size"
      const vector = vectorBytes(new Float32Array(16).fill(1))
      execute(
        path,
        [
          `INSERT INTO note_chunks SELECT ?, ${others} FROM note_chunks WHERE parent_id = ?`,
          number,
          noteId(1)
        ],
        ["INSERT INTO note_chunks_vectors (rowid, embedding) VALUES (?, ?)", number, vector],
        ["INSERT INTO note_chunks_vectors (rowid, embedding) VALUES (?, ?)", number - 1n, vector]
      )
      for (const key of [7, 8]) {
        putNote(key, `shell number ${key}`)
        await projector.drain()
      }
      await bench.repair(projector, await bench.verify(projector))
      expect((await bench.verify(projector)).clean).toBe(true)
      const [rows] = execute(path, ["SELECT rowid FROM note_chunks_vectors"])
      expect(rows).toHaveLength(5)
      await projector.close()
    }
  )
})

it("[PJ34] two replicas feed one file with vectors, one stale and slow: once the other has written the join, it is right", async () => {
  const chunks = vectors<{ readonly n?: number }>("number_chunks", {
    collection: "notes",
    text: note => `The tide of day ${note.n ?? 0}. `.repeat(1 + ((note.n ?? 0) % 40)),
    embed: featureHashing({ dimensions: 16 })
  })
  let late = 0
  for (let seed = 1; seed <= 5; seed++) {
    const path = freshPath()
    late += (
      await playSharedSink(seed, { engine: yjs(), sink: () => sqliteVecSink(path, { tables: [chunks] }) })
    ).late
  }
  expect(late).toBeGreaterThan(0)
})
