import { expect, test } from "vitest"
import { parseDocumentId } from "../document/document-id.ts"
import { memoryStore } from "../store/memory-store.ts"
import { faultyStore } from "./faulty-store.ts"
import { StoreBatches } from "./store-batches.ts"
import { storeContract } from "./store-contract.ts"

for (const { title, run } of storeContract("faultless faulty", () => ({
  store: faultyStore(memoryStore(), {})
})))
  test(title, () => run())

const id = parseDocumentId("c/1")
const failed = { code: "store-failed" }

test("[STO23] an append that fails before writing leaves nothing, and the next one goes through", async () => {
  const session = await faultyStore(memoryStore(), { failBefore: [1] }).open()
  const batch = { documents: new StoreBatches().next({ id, record: "1" }) }
  await expect(session.append(batch)).rejects.toMatchObject(failed)
  expect(session.end.position).toBe(0)
  await session.append(batch)
  expect(session.end.position).toBe(1)
})

test("[STO23] an append that fails after writing is there", async () => {
  const session = await faultyStore(memoryStore(), { failAfter: [1] }).open()
  await expect(
    session.append({ documents: new StoreBatches().next({ id, record: "1" }) })
  ).rejects.toMatchObject(failed)
  expect((await session.loadDocument(id))?.records).toHaveLength(1)
})

test("[STO23] a delayed append holds back those called after it", async () => {
  const gate = Promise.withResolvers<void>()
  const delay = (append: number) => (append === 1 ? gate.promise : undefined)
  const session = await faultyStore(memoryStore(), { delay }).open()
  const batches = new StoreBatches()
  const all = Promise.all([
    batches.append(session, [{ id, record: "1" }]),
    batches.append(session, [{ id, record: "2" }])
  ])
  await Promise.resolve()
  expect(session.end.position).toBe(0)
  gate.resolve()
  await all
  expect(session.end.position).toBe(2)
})
