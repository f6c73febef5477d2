import { expect, test } from "vitest"
import { parseDocumentId } from "../document/document-id.ts"
import { StoreBatches } from "../testing/store-batches.ts"
import { storeContract } from "../testing/store-contract.ts"
import { memoryStore } from "./memory-store.ts"
import { memoryWitness } from "./memory-witness.ts"

for (const { title, run } of storeContract("memory", () => ({ store: memoryStore() })))
  test(title, () => run())

const id = parseDocumentId("c/1")

test("[STO6] a Node buffer may be reused like any other, though its slice shares", async () => {
  const session = await memoryStore().open()
  const [digest, body, logHash, bytes] = [32, 4, 16, 4].map(length => Buffer.alloc(length, 1))
  if (!digest || !body || !logHash || !bytes) return
  await session.append({
    documents: [{ head: { id, digest, position: 1, body }, record: { bytes, logHash } }]
  })
  for (const buffer of [digest, body, logHash, bytes]) buffer.fill(2)
  const { head, records } = (await session.loadDocument(id)) ?? {}
  expect([head?.digest[0], head?.body[0], records?.[0]?.bytes[0], session.end.hash[0]]).toEqual([1, 1, 1, 1])
})

test("[STO20] a clone has the content of its moment and shares nothing with the original", async () => {
  const store = memoryStore()
  const session = await store.open()
  const batches = new StoreBatches()
  await batches.append(session, [{ id, record: "1" }], [{ space: "s", key: "k", value: new Uint8Array(1) }])
  const clone = await store.clone().open()
  await batches.append(
    session,
    [{ id, record: "2", dropThrough: 1 }],
    [{ space: "s", key: "k", value: null }]
  )
  expect(clone.end.position).toBe(1)
  expect((await clone.loadDocument(id))?.records.map(({ position }) => position)).toEqual([1])
  expect(await clone.changedSince({ after: 0, limit: 9 })).toHaveLength(1)
  expect(await clone.readValue("s", "k")).toEqual(new Uint8Array(1))
})

test("[STO20] a crash ends the session and keeps what was appended", async () => {
  const store = memoryStore()
  const session = await store.open()
  await new StoreBatches().append(session, [{ id, record: "1" }])
  store.crash()
  await expect(session.loadHead(id)).rejects.toMatchObject({ code: "store-closed" })
  expect((await store.open()).end.position).toBe(1)
})

test("[STO20] sessions hand out the witness the store was given, and none otherwise", async () => {
  const witness = memoryWitness()
  expect((await memoryStore({ witness }).open()).witness).toBe(witness)
  expect((await memoryStore().open()).witness).toBeUndefined()
})

test("[STO21] a memory witness gives back a copy of the last record", () => {
  const witness = memoryWitness()
  expect(witness.load()).toBeUndefined()
  const record = {
    token: new Uint8Array(16),
    nextToken: new Uint8Array(16),
    position: 3,
    logHash: new Uint8Array(16)
  }
  witness.save(record)
  record.token.fill(9)
  witness.load()?.logHash.fill(9)
  expect(witness.load()).toEqual({ ...record, token: new Uint8Array(16) })
})
