import { rememberedPositions, type StoreSession } from "@syncline/core"
import { StoreBatches } from "@syncline/core/testing"
import { expect, test } from "vitest"
import { rawConnection } from "../testing/raw-connection.ts"
import { temporaryStore } from "../testing/temporary-store.ts"

/** Records of one document, until the log ends at that position. */
async function fillUpTo(session: StoreSession, batches: StoreBatches, position: number): Promise<void> {
  while (session.end.position < position) {
    const count = Math.min(1000, position - session.end.position)
    await batches.append(
      session,
      Array.from({ length: count }, () => ({ id: "c/busy", record: "r" }))
    )
  }
}

test("[STO11] a row without a record is forgotten once it is old and no longer its document's newest", async () => {
  const store = temporaryStore()
  const session = await store.open()
  const batches = new StoreBatches()
  await batches.append(session, [
    { id: "c/idle", record: "1", dropThrough: 1 },
    { id: "c/moved", record: "2", dropThrough: 2 }
  ])
  await fillUpTo(session, batches, rememberedPositions + 10)
  const raw = await rawConnection(store.path)
  const old = () => raw.prepare("SELECT position FROM syncline_log WHERE position < 3").all()
  await batches.append(session, [{ id: "c/moved", record: "its newest" }])
  await batches.append(session, [{ id: "c/busy", dropThrough: 3 }])
  expect(old()).toEqual([{ position: 1 }])
  await batches.append(session, [{ id: "c/idle", record: "its newest" }])
  expect(old()).toEqual([])
  expect(await session.checkIntegrity()).toEqual([])
  await session.close()
})

test("[SQ10] a refused drop leaves no trace in the next one", async () => {
  const session = await temporaryStore().open()
  const batches = new StoreBatches()
  await batches.append(session, [{ id: "c/1", record: "1" }])
  const planned = new StoreBatches()
  planned.next({ id: "c/1", record: "1" })
  const documents = planned.next({ id: "c/2", record: "2" }, { id: "c/1", record: "3", dropThrough: 1 })
  const values = [{ space: "s", key: "k", value: {} as Uint8Array }]
  await expect(session.append({ documents, values })).rejects.toMatchObject({ code: "store-failed" })
  await batches.append(session, [
    { id: "c/1", record: "2" },
    { id: "c/1", record: "3", dropThrough: 3 }
  ])
  expect(await session.readLog({ after: 0, limit: 9 })).toEqual([])
  expect(await session.checkIntegrity()).toEqual([])
  await session.close()
})
