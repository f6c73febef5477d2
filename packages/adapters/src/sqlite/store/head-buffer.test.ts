import { parseDocumentId, type StoreSession } from "@syncline/core"
import { StoreBatches } from "@syncline/core/testing"
import { copyFileSync } from "node:fs"
import { expect, test } from "vitest"
import { rawConnection, runSql } from "../testing/raw-connection.ts"
import { type TemporaryStore, temporaryStore } from "../testing/temporary-store.ts"

const id = parseDocumentId("c/1")

/** What a store looks like to the next process when this one dies now: its files, copied while they are open. */
function crashed(store: TemporaryStore): TemporaryStore {
  const copy = temporaryStore()
  for (const suffix of ["", "-wal"]) copyFileSync(`${store.path}${suffix}`, `${copy.path}${suffix}`)
  return copy
}

async function everything(session: StoreSession): Promise<unknown[]> {
  const page = { after: 0, limit: 99_999 }
  const heads = await session.scanHeads({ limit: 99_999 })
  return [
    heads,
    await session.changedSince(page),
    await session.readLog(page),
    await session.loadDocument(id)
  ]
}

async function pendingRows(path: string): Promise<unknown> {
  const [row] = (await rawConnection(path)).prepare("SELECT COUNT(*) AS n FROM syncline_pending").all()
  return (row as { readonly n: unknown }).n
}

test("[SQ14] heads held back are read, survive a crash, and are in their rows after close", async () => {
  const store = temporaryStore()
  const session = await store.open()
  const batches = new StoreBatches()
  for (const record of ["1", "2", "3"])
    await batches.append(session, [
      { id, record, body: record },
      { id: "c/2", record }
    ])
  await batches.append(session, [{ id: "c/2", body: "written past the buffer" }])
  const before = await everything(session)
  const copy = crashed(store)
  expect(await pendingRows(copy.path)).toBe(3)
  const again = await copy.open()
  expect(await everything(again)).toEqual(before)
  expect(await again.checkIntegrity()).toEqual([])
  await again.close()
  await session.close()
  expect(await pendingRows(store.path)).toBe(0)
})

test("[SQ14] after thousands of appends heads are written to their rows, and nothing reads differently", async () => {
  const store = temporaryStore()
  const session = await store.open()
  const batches = new StoreBatches()
  const round = Array.from({ length: 100 }, (_, index) => ({ id: `c/${index}`, record: "r" }))
  for (let appended = 0; appended < 100; appended++) await batches.append(session, round)
  const rows = (await rawConnection(store.path)).prepare("SELECT COUNT(*) AS n FROM syncline_pending").all()
  expect((rows[0] as { n: number }).n).toBeLessThan(90)
  const before = await everything(session)
  expect((await session.changedSince({ after: 0, limit: 999 })).map(({ position }) => position)).toEqual(
    round.map((_, index) => 9901 + index)
  )
  await session.close()
  const again = await store.open()
  expect(await everything(again)).toEqual(before)
  await again.close()
})

test("[SQ14] a refused append changes nothing that is held back", async () => {
  const session = await temporaryStore().open()
  const batches = new StoreBatches()
  await batches.append(session, [{ id, record: "1", body: "1" }])
  await batches.append(session, [{ id, record: "2", body: "2" }])
  const before = await everything(session)
  const value = { space: "s", key: "k", value: "no bytes" as unknown as Uint8Array }
  const broken = {
    documents: new StoreBatches().next({ id, record: "1" }, { id, record: "2" }, { id, record: "3" }).slice(2)
  }
  await expect(
    session.append({ ...broken, values: [value, { ...value, value: {} as Uint8Array }] })
  ).rejects.toMatchObject({ code: "store-failed" })
  expect(await everything(session)).toEqual(before)
  await batches.append(session, [{ id, record: "3" }])
  expect((await session.loadDocument(id))?.records.map(({ position }) => position)).toEqual([1, 2, 3])
  await session.close()
})

test("[SQ14] one batch may write more documents than are remembered, and one of them twice", async () => {
  const session = await temporaryStore().open()
  const batches = new StoreBatches()
  await batches.append(session, [{ id, record: "1" }])
  const many = Array.from({ length: 17_000 }, (_, index) => ({ id: `d/${index}`, record: "r" }))
  await batches.append(session, [{ id, record: "2" }, ...many, { id, record: "3" }])
  expect((await session.loadDocument(id))?.records).toHaveLength(3)
  expect(await session.checkIntegrity()).toEqual([])
  await session.close()
})

test("[SQ7] a damaged list of pending heads is refused when the store is opened", async () => {
  const store = temporaryStore()
  const session = await store.open()
  const batches = new StoreBatches()
  for (const record of ["1", "2"]) await batches.append(session, [{ id, record }])
  for (const sql of [
    "UPDATE syncline_pending SET heads = x'0101'",
    "DELETE FROM syncline_pending WHERE position = 1",
    "DELETE FROM syncline_documents"
  ]) {
    const copy = crashed(store)
    await runSql(copy.path, sql)
    await expect(copy.open()).rejects.toMatchObject({ code: "store-corrupt" })
  }
  await session.close()
})
