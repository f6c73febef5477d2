import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import {
  contractContext,
  contractVectors,
  noteId,
  sinkContract,
  type SinkFixture,
  SinkWorkbench,
  vectorSinkContract,
  type VectorSinkFixture
} from "@syncline/core/testing"
import { featureHashing, vectorBytes, vectors } from "@syncline/core/vectors"
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
})
