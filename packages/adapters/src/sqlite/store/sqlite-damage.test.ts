import { chmodSync, readFileSync, truncateSync, writeFileSync } from "node:fs"
import { isSynclineError } from "@syncline/clock"
import { type DocumentId, parseDocumentId } from "@syncline/core"
import { SeededRandom, StoreBatches } from "@syncline/core/testing"
import { expect, test } from "vitest"
import { runSql } from "../testing/raw-connection.ts"
import { fillStore, type TemporaryStore, temporaryStore } from "../testing/temporary-store.ts"

const id = parseDocumentId("c/1")
const corrupt = { code: "store-corrupt" }

test("[SQ6] a newer schema is refused and left alone", async () => {
  const store = temporaryStore()
  await fillStore(store, 2)
  await runSql(store.path, "UPDATE syncline_store SET value = 99 WHERE name = 'schema'")
  const before = readFileSync(store.path)
  await expect(store.open()).rejects.toMatchObject({ code: "store-newer", details: { version: 99 } })
  expect(readFileSync(store.path).equals(before)).toBe(true)
})

test("[SQ6] a store without a valid schema version is damaged, not empty", async () => {
  const store = temporaryStore()
  await fillStore(store, 2)
  await runSql(store.path, "DELETE FROM syncline_store WHERE name = 'schema'")
  await expect(store.open()).rejects.toMatchObject(corrupt)
})

test("[SQ7] a truncated file is damaged: some call says so, and none says that a document is not there", async () => {
  const store = temporaryStore()
  await fillStore(store, 500)
  truncateSync(store.path, 5 * 4096)
  await expect(readEverything(store)).rejects.toMatchObject(corrupt)
})

test.each([
  ["its newest row", "DELETE FROM syncline_log WHERE position = 3"],
  ["a row in between", "DELETE FROM syncline_log WHERE position = 2"],
  ["a record", "UPDATE syncline_log SET record = NULL WHERE position = 2"],
  ["its link", "UPDATE syncline_log SET previous = 3 WHERE position = 2"]
])("[SQ7] a document that lost %s is never read as a shorter one, and the check names it", async (_, sql) => {
  const store = temporaryStore()
  const first = await store.open()
  const batches = new StoreBatches()
  for (const record of ["1", "2", "3"]) await batches.append(first, [{ id, record }])
  await batches.append(first, [{ id: "c/2", record: "4" }])
  await first.close()
  await runSql(store.path, sql)
  const session = await store.open()
  await expect(session.loadDocument(id)).rejects.toMatchObject(corrupt)
  expect((await session.checkIntegrity()).some(({ document }) => document === id)).toBe(true)
  await session.close()
})

test.each([
  ["the end of its log", "DELETE FROM syncline_log WHERE position > 2"],
  ["the heads of its last appends", "UPDATE syncline_store SET value = 2 WHERE name = 'folded'"],
  ["the place where heads are current", "DELETE FROM syncline_store WHERE name = 'folded'"]
])("[SQ7] a store that lost %s is not opened as an older one", async (_, sql) => {
  const store = temporaryStore()
  await fillStore(store, 5)
  await runSql(store.path, sql)
  await expect(store.open()).rejects.toMatchObject(corrupt)
})

test.each([
  ["log", "UPDATE syncline_log SET document = 77 WHERE position = 2"],
  ["log", "DELETE FROM syncline_log WHERE position = 2"],
  ["log", "UPDATE syncline_log SET hash = x'00' WHERE position = 2"],
  ["log", "UPDATE syncline_log SET position = 0 WHERE position = 4"],
  ["head", "UPDATE syncline_documents SET digest = x'00' WHERE key = 2"],
  ["head", "UPDATE syncline_documents SET position = 1 WHERE key = 2"],
  ["head", "UPDATE syncline_documents SET id = 'broken' WHERE key = 2"],
  ["base", "INSERT INTO syncline_bases VALUES (77, x'00')"]
])("[SQ8] the integrity check finds in the %s: %s", async (what, sql) => {
  const store = temporaryStore()
  await fillStore(store, 5)
  await runSql(store.path, sql)
  const session = await store.open()
  expect((await session.checkIntegrity()).map(problem => problem.what)).toContain(what)
  await session.close()
})

test("[SQ8] an index that disagrees with its table is found by SQLite's own check", async () => {
  const store = temporaryStore()
  await fillStore(store, 50)
  const bytes = readFileSync(store.path)
  // The id lies in the table and in its index; whichever comes last now has another one.
  bytes.write("c/x7", bytes.lastIndexOf("c/17"))
  writeFileSync(store.path, bytes)
  const session = await store.open()
  const found = await session.checkIntegrity()
  expect(found.length).toBeGreaterThan(0)
  expect(found.every(({ what }) => what === "backend")).toBe(true)
  await session.close()
})

test("[SQ7] one flipped bit gives a typed error, or a finding, or lies in opaque bytes", async () => {
  const outcomes = new Map<string, number>()
  for (let seed = 1; seed <= 60; seed++) {
    const outcome = await flipOneBit(seed).catch((cause: unknown) => {
      throw new Error(`seed ${seed}`, { cause })
    })
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  }
  expect([...outcomes.keys()].filter(outcome => outcome.startsWith("undetected"))).toEqual([])
  expect(outcomes.get("error") ?? 0).toBeGreaterThan(0)
  expect(outcomes.get("finding") ?? 0).toBeGreaterThan(0)
})

/** Flips a bit of a small store and says what its user would see. Anything but a typed error is thrown on. */
async function flipOneBit(seed: number): Promise<string> {
  const random = new SeededRandom(seed)
  const store = temporaryStore()
  await fillStore(store, 40)
  const whole = await readEverything(store)
  const bytes = readFileSync(store.path)
  const at = random.integer(bytes.length)
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random.integer(8))
  writeFileSync(store.path, bytes)
  try {
    const read = await readEverything(store)
    if (read === whole) return "harmless"
    const session = await store.open()
    const found = await session.checkIntegrity()
    await session.close()
    return found.length > 0 ? "finding" : `undetected at ${at}: ${read}`
  } catch (cause) {
    const typed = ["store-corrupt", "store-foreign", "store-newer", "store-failed"]
    if (isSynclineError(cause) && typed.includes(cause.code)) return "error"
    throw cause
  }
}

/** Everything a store can tell but its opaque bytes, as text. */
async function readEverything(store: TemporaryStore): Promise<string> {
  const session = await store.open()
  try {
    const heads = await session.scanHeads({ limit: 1000 })
    const documents = await Promise.all(heads.map(head => session.loadDocument(head.id)))
    const changed = await session.changedSince({ after: 0, limit: 1000 })
    const log = await session.readLog({ after: 0, limit: 1000 })
    const shapes = documents.map(document => [
      document?.head.id,
      document?.base?.length,
      document?.records.map(record => [record.position, record.bytes.length])
    ])
    const one: DocumentId = parseDocumentId("c/7")
    const lookup = (await session.loadHead(one))?.position
    return JSON.stringify([shapes, changed.map(head => head.id), log.map(record => record.document), lookup])
  } finally {
    await session.close()
  }
}

test("[SQ9] a full disk fails the append whole, and the next one that fits goes through", async () => {
  const store = temporaryStore()
  const session = await store.open({ maxBytes: 40 * 4096 })
  const batches = new StoreBatches()
  await batches.append(session, [{ id, record: "small" }])
  const huge = {
    documents: new StoreBatches().next({ id: "c/2", record: "1" }, { id: "c/2", record: "x".repeat(300_000) })
  }
  const shifted = huge.documents.map(write => ({
    ...write,
    head: { ...write.head, position: write.head.position + 1 }
  }))
  await expect(session.append({ documents: shifted })).rejects.toMatchObject({
    code: "store-failed",
    details: { sqliteCode: "SQLITE_FULL" }
  })
  expect(await session.loadHead(parseDocumentId("c/2"))).toBeUndefined()
  await batches.append(session, [{ id, record: "small again" }])
  expect((await session.loadDocument(id))?.records).toHaveLength(2)
  await session.close()
})

test.skipIf(process.platform === "win32").each([
  ["file", 0o444, 0o777],
  ["folder", 0o666, 0o555]
])("[SQ9] a read-only %s is refused when the store is opened", async (_, fileMode, folderMode) => {
  const store = temporaryStore()
  await fillStore(store, 1)
  chmodSync(store.path, fileMode)
  chmodSync(store.folder, folderMode)
  await asNobody(() => expect(store.open()).rejects.toMatchObject({ code: "store-failed" }))
  chmodSync(store.folder, 0o777)
})

/** Permissions do not bind root, so root runs this as somebody else. */
async function asNobody(action: () => Promise<void>): Promise<void> {
  if (process.geteuid?.() !== 0) return action()
  process.seteuid?.(65534)
  try {
    await action()
  } finally {
    process.seteuid?.(0)
  }
}

test("[SQ10] dropped records give their disk space back, a bounded part with each append", async () => {
  const store = temporaryStore()
  const session = await store.open()
  const batches = new StoreBatches()
  const large = "x".repeat(20_000)
  for (let i = 0; i < 20; i++)
    await batches.append(
      session,
      Array.from({ length: 25 }, () => ({ id, record: large }))
    )
  await batches.append(session, [{ id, base: "all", dropThrough: 500 }])
  for (let i = 0; i < 10; i++)
    await batches.append(session, [
      { id, record: "r" },
      { id, dropThrough: session.end.position }
    ])
  await session.close()
  expect(readFileSync(store.path).length).toBeLessThan(500 * large.length * 0.5)
})
