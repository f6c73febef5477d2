import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { memoryStore, openReplica } from "@syncline/core"
import { importRows, type SourceRow } from "@syncline/core/migration"
import { yjs } from "@syncline/core/yjs"
import { afterEach, expect, test } from "vitest"
import { loadSqliteDriver } from "../driver/sqlite-driver.ts"
import { sqliteRows } from "./sqlite-rows.ts"

const Driver = await loadSqliteDriver()
const folders: string[] = []

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function makePeople(): string {
  const folder = mkdtempSync(join(tmpdir(), "syncline-rows-"))
  folders.push(folder)
  const path = join(folder, "people.db")
  const connection = new Driver(path)
  connection.exec(`CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, born REAL, big INTEGER);
    INSERT INTO people VALUES (1, 'Ada', 1815.5, 7), (2, 'Alan', NULL, 9007199254740993), (3, 'Grace', 1906, NULL)`)
  connection.close()
  return path
}

async function read(rows: AsyncIterable<SourceRow>): Promise<readonly SourceRow[]> {
  const all: SourceRow[] = []
  for await (const row of rows) all.push(row)
  return all
}

test("[SQR1] rows come as the query gives them, integers to the last bit", async () => {
  const query = "SELECT id, name, big FROM people WHERE id > ? ORDER BY id"
  expect(await read(sqliteRows(makePeople(), query, { parameters: [1] }))).toEqual([
    { line: 1, row: { id: 2, name: "Alan", big: 9007199254740993n } },
    { line: 2, row: { id: 3, name: "Grace", big: null } }
  ])
})

test("[SQR1] what does not work says so, and leaves no file behind", async () => {
  const path = makePeople()
  await expect(read(sqliteRows(path, "SELECT nothing FROM people"))).rejects.toMatchObject({
    code: "store-failed"
  })
  await expect(read(sqliteRows(`${path}.missing`, "SELECT 1"))).rejects.toMatchObject({
    code: "store-failed"
  })
})

test("[SQR1] [MI20] [MI22] rows of a file become documents, once", async () => {
  const path = makePeople()
  const replica = await openReplica({ store: memoryStore(), engine: yjs() })
  const run = () =>
    importRows(replica, {
      collection: "people",
      rows: sqliteRows(path, "SELECT * FROM people ORDER BY id"),
      key: row => String(row["id"])
    })
  expect(await run()).toMatchObject({ created: 2, bad: 1, badRows: [{ line: 2 }] })
  expect((await replica.load("people/1")).value).toEqual({ id: 1, name: "Ada", born: 1815.5, big: 7 })
  expect(await run()).toMatchObject({ created: 0, unchanged: 2, bad: 1 })
  await replica.close()
})
