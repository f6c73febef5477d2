import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type StoreFixture, StoreBatches, storeContract } from "@syncline/core/testing"
import { expect, test } from "vitest"
import { HeldFile } from "../driver/held-file.ts"
import { loadSqliteDriver } from "../driver/sqlite-driver.ts"
import { rawConnection, runSql } from "../testing/raw-connection.ts"
import { temporaryFolder } from "../testing/temporary-folder.ts"
import { fillStore, temporaryStore } from "../testing/temporary-store.ts"
import { type SqliteStoreOptions, sqliteStore } from "./sqlite-store.ts"

for (const { title, run } of storeContract("sqlite", makeStore)) test(title, () => run())

function makeStore(): StoreFixture {
  const folder = mkdtempSync(join(tmpdir(), "syncline-"))
  return {
    store: sqliteStore(join(folder, "a.db"), {
      durability: "process",
      stateDirectory: join(folder, "state")
    }),
    remove: () => rmSync(folder, { recursive: true })
  }
}

test("[SQ1] a second session is refused, by another name of the file too, and the first is unharmed", async () => {
  const store = temporaryStore()
  const session = await store.open()
  symlinkSync(store.path, join(store.folder, "link.db"))
  const locked = { code: "store-locked" }
  await expect(store.open()).rejects.toMatchObject(locked)
  await expect(sqliteStore(join(store.folder, "link.db")).open()).rejects.toMatchObject(locked)
  await new StoreBatches().append(session, [{ id: "c/1", record: "1" }])
  await session.close()
  await (await store.open()).close()
})

test("[SQ2] while a session is open others read the store and write tables of their own", async () => {
  const store = temporaryStore()
  const session = await store.open()
  const other = await rawConnection(store.path)
  other.exec("CREATE TABLE mine (x); INSERT INTO mine VALUES (1)")
  await new StoreBatches().append(session, [{ id: "c/1", record: "1" }])
  expect(other.prepare("SELECT id FROM syncline_documents").all()).toEqual([{ id: "c/1" }])
  await session.close()
})

test("[SQ2] a foreign transaction is waited for, then the append fails whole and may be repeated", async () => {
  const store = temporaryStore()
  const session = await store.open({ busyTimeoutMs: 1 })
  const other = await rawConnection(store.path)
  other.exec("CREATE TABLE mine (x); BEGIN IMMEDIATE")
  const batch = { documents: new StoreBatches().next({ id: "c/1", record: "1" }) }
  await expect(session.append(batch)).rejects.toMatchObject({
    code: "store-failed",
    details: { sqliteCode: "SQLITE_BUSY" }
  })
  other.exec("COMMIT")
  await session.append(batch)
  expect(session.end.position).toBe(1)
  await session.close()
})

test.each([":memory:", "", "file:notes.db", "."])("[SQ3] %j is no place for a store", async path => {
  await expect(sqliteStore(path).open()).rejects.toMatchObject({ code: "store-failed" })
})

test("[SQ3] a folder that does not exist is named in the error, and not created", async () => {
  const folder = join(temporaryFolder(), "missing")
  await expect(sqliteStore(join(folder, "notes.db")).open()).rejects.toThrow(folder)
  expect(existsSync(folder)).toBe(false)
})

test("[SQ3] a file with two hard links is refused, which would get two locks and two logs", async () => {
  const store = temporaryStore()
  await fillStore(store, 1)
  linkSync(store.path, join(store.folder, "linked.db"))
  await expect(sqliteStore(join(store.folder, "linked.db")).open()).rejects.toThrow("hard links")
  rmSync(join(store.folder, "linked.db"))
  await (await store.open()).close()
})

test("[SQ3] a link that leads nowhere is refused: its file would be made under another name than is locked", async () => {
  const store = temporaryStore()
  symlinkSync(store.path, join(store.folder, "link.db"))
  await expect(sqliteStore(join(store.folder, "link.db")).open()).rejects.toMatchObject({
    code: "store-failed"
  })
  expect(existsSync(store.path)).toBe(false)
})

test("[SQ4] a file that is no database is foreign; nothing is written to it or beside it", async () => {
  const store = temporaryStore()
  writeFileSync(store.path, "not a database, but long enough to be asked: ".repeat(50))
  await expect(store.open()).rejects.toMatchObject({ code: "store-foreign" })
  expect(readdirSync(store.folder)).toEqual(["notes.db"])
})

test("[SQ4] another application's format is foreign, unless that application embeds the store", async () => {
  const store = temporaryStore()
  await runSql(store.path, "PRAGMA application_id = 7; CREATE TABLE theirs (x)")
  await expect(store.open()).rejects.toMatchObject({ code: "store-foreign" })
  expect(readdirSync(store.folder)).toEqual(["notes.db"])
  await (await store.open({ embed: true })).close()
  expect((await rawConnection(store.path)).pragma("application_id", { simple: true })).toBe(7)
})

test("[SQ4] tables under our names that no store made are foreign", async () => {
  const store = temporaryStore()
  await runSql(store.path, "CREATE TABLE syncline_log (x)")
  await expect(store.open()).rejects.toMatchObject({ code: "store-foreign" })
})

test("[SQ4] an application's own tables and its user_version stay as they are", async () => {
  const store = temporaryStore()
  await runSql(store.path, "CREATE TABLE notes (x); INSERT INTO notes VALUES (1); PRAGMA user_version = 42")
  await fillStore(store, 3)
  const raw = await rawConnection(store.path)
  expect(raw.pragma("user_version", { simple: true })).toBe(42)
  expect(raw.prepare("SELECT * FROM notes").all()).toEqual([{ x: 1 }])
  const added = raw.prepare("SELECT name FROM sqlite_schema WHERE name NOT IN ('notes')").all() as {
    name: string
  }[]
  expect(added.every(({ name }) => name.startsWith("syncline_") || name.startsWith("sqlite_"))).toBe(true)
})

test.each([
  ["deleted", (path: string) => rmSync(path)],
  ["replaced by its backup", (path: string) => renameSync(`${path}.backup`, path)]
])("[SQ15] a file that was %s while it was open takes no append", async (_, spoil) => {
  const store = temporaryStore()
  const batches = new StoreBatches()
  const session = await store.open()
  await batches.append(session, [{ id: "c/1", record: "1" }])
  copyFileSync(store.path, `${store.path}.backup`)
  spoil(store.path)
  const documents = batches.next({ id: "c/1", record: "2" })
  await expect(session.append({ documents })).rejects.toMatchObject({ code: "store-failed" })
  expect(session.end.position).toBe(1)
  await session.close()
})

test("[SQ15] a file that is put back after its log was taken away takes no append until it is opened again, and has lost nothing", async () => {
  const store = temporaryStore()
  const batches = new StoreBatches()
  const session = await store.open()
  await batches.append(session, [{ id: "c/1", record: "1" }])
  // As a sink in the same file that is used while it is away.
  const held = new HeldFile(await loadSqliteDriver(), store.path, {})
  expect([held.connection.prepare("SELECT count(*) AS n FROM syncline_log").get(), held.isInPlace]).toEqual([
    { n: 1 },
    true
  ])
  renameSync(store.path, `${store.path}.away`)
  held.release()
  renameSync(`${store.path}.away`, store.path)
  const documents = batches.next({ id: "c/1", record: "2" })
  await expect(session.append({ documents })).rejects.toMatchObject({ code: "store-failed" })
  await session.close()
  const again = await store.open()
  await again.append({ documents })
  expect([again.end.position, await again.checkIntegrity()]).toEqual([2, []])
  await again.close()
})

test("[SQ15] a file that was away for a moment takes no append, and is closed as any other", async () => {
  const store = temporaryStore()
  const batches = new StoreBatches()
  const session = await store.open()
  await batches.append(session, [{ id: "c/1", record: "1" }])
  renameSync(store.path, `${store.path}.away`)
  const documents = batches.next({ id: "c/1", record: "2" })
  await expect(session.append({ documents })).rejects.toMatchObject({ code: "store-failed" })
  renameSync(`${store.path}.away`, store.path)
  await expect(session.append({ documents })).rejects.toMatchObject({ code: "store-failed" })
  await session.close()
  const again = await store.open()
  await again.append({ documents })
  expect(again.end.position).toBe(2)
  await again.close()
})

test("[SQ15] a file that was emptied while it was open takes no append, and nothing of its log", async () => {
  const store = temporaryStore()
  const batches = new StoreBatches()
  const session = await store.open()
  await batches.append(session, [{ id: "c/1", record: "1" }])
  writeFileSync(store.path, "")
  const documents = batches.next({ id: "c/1", record: "2" })
  await expect(session.append({ documents })).rejects.toMatchObject({ code: "store-failed" })
  await session.close()
  expect([statSync(store.path).size, existsSync(`${store.path}-wal`)]).toEqual([0, false])
  const again = await store.open()
  expect([again.end.position, await again.checkIntegrity()]).toEqual([0, []])
  await again.close()
})

test("[SQ15] a file that was deleted while it was being opened, in vain, leaves no log to the one in its place", async () => {
  const store = temporaryStore()
  const { folder, path } = store
  await fillStore(store, 1)
  await runSql(path, "DELETE FROM syncline_log")
  const options: SqliteStoreOptions = {
    stateDirectory: join(folder, "state"),
    // Looked at when the file is open already.
    get maxBytes() {
      rmSync(path)
      return 2 ** 30
    }
  }
  await expect(sqliteStore(path, options).open()).rejects.toMatchObject({ code: "store-corrupt" })
  expect(readdirSync(folder).filter(name => /-(wal|shm)$/.test(name))).toEqual([])
})

test("[SQ15] nothing that was appended to a file which was replaced gets into the one in its place", async () => {
  const store = temporaryStore()
  const batches = new StoreBatches()
  const former = await store.open()
  await batches.append(former, [{ id: "c/1", record: "1" }])
  await former.close()
  copyFileSync(store.path, `${store.path}.backup`)
  const session = await store.open()
  await batches.append(session, [{ id: "c/2", record: "2" }])
  renameSync(`${store.path}.backup`, store.path)
  await session.close()
  const restored = await store.open()
  expect([restored.end.position, await restored.checkIntegrity()]).toEqual([1, []])
  await restored.close()
})

test.each([
  ["power", 2],
  ["process", 1]
] as const)(
  "[SQ5] durability %s sets SQLite's synchronous to %i, for this connection's commits",
  async (durability, level) => {
    const store = temporaryStore()
    const session = await store.open({ durability })
    expect(session.durability).toBe(durability)
    await session.close()
    expect(await synchronousOf(store.path, durability)).toBe(level)
  }
)

/** Reads the pragma from the connection that a session was given: it belongs to the connection, not to the file. */
async function synchronousOf(path: string, durability: "power" | "process"): Promise<unknown> {
  const { configureConnection } = await import("./configure-connection.ts")
  const raw = await rawConnection(path)
  configureConnection(raw, "store", path, { durability })
  return raw.pragma("synchronous", { simple: true })
}

test("[SQ5] a store is as durable as power loss demands unless told otherwise", async () => {
  const session = await sqliteStore(temporaryStore().path).open()
  expect(session.durability).toBe("power")
  await session.close()
})
