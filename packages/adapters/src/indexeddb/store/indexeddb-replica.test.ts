import {
  memoryStore,
  memoryTransport,
  openReplica,
  type Replica,
  type StoreSession,
  systemPorts,
  type Transport
} from "@syncline/core"
import { StoreBatches } from "@syncline/core/testing"
import { yjs } from "@syncline/core/yjs"
import { expect, test } from "vitest"
import { evict, fillStorage, freshName, useFakeIndexedDb } from "../testing/fake-indexeddb.ts"
import { damage } from "../testing/raw-database.ts"
import { indexedDbStore } from "./indexeddb-store.ts"

useFakeIndexedDb()

function open(name: string): Promise<Replica> {
  return openReplica({ store: indexedDbStore(name), engine: yjs() })
}

function to(other: Replica): Transport {
  return memoryTransport(systemPorts().timers, connection => void other.accept(connection))
}

async function write(replica: Replica, id: string, text: string): Promise<void> {
  await (await replica.load(id)).change(draft => {
    draft["text"] = text
  }).durable
}

/** Everything a session holds, as text. */
async function contentOf(session: StoreSession): Promise<string> {
  return JSON.stringify([
    await session.scanHeads({ limit: 99 }),
    await session.readLog({ after: 0, limit: 99 })
  ])
}

test("[IDB10] where there is no room the append is refused whole, and goes through when there is", async () => {
  const session = await indexedDbStore(freshName()).open()
  const batches = new StoreBatches()
  await batches.append(session, [{ id: "c/1", record: "1" }])
  const before = await contentOf(session)
  const batch = { documents: batches.next({ id: "c/1", record: "2", base: "b" }, { id: "c/2", record: "3" }) }
  const makeRoom = fillStorage()
  await expect(session.append(batch)).rejects.toMatchObject({
    code: "store-failed",
    details: { domException: "QuotaExceededError" }
  })
  makeRoom()
  expect(await contentOf(session)).toBe(before)
  await session.append(batch)
  expect(session.end.position).toBe(3)
  expect(await session.checkIntegrity()).toEqual([])
  await session.close()
})

test("[IDB10] a document that found no room is blocked, others too, and all go on when there is room", async () => {
  const replica = await open(freshName())
  await write(replica, "notes/a", "before")
  const makeRoom = fillStorage()
  await expect(write(replica, "notes/a", "while full")).rejects.toMatchObject({ code: "store-failed" })
  makeRoom()
  const document = await replica.load("notes/a")
  expect(document.blocked?.code).toBe("store-failed")
  await document.retry()
  await write(replica, "notes/b", "after")
  expect([document.value, document.blocked]).toEqual([{ text: "while full" }, undefined])
  await replica.close()
})

test("[IDB11] a database that vanishes ends the session with a typed error; what was synced comes back under a new name", async () => {
  const name = freshName()
  const other = await openReplica({ store: memoryStore(), engine: yjs() })
  const replica = await open(name)
  await write(replica, "notes/a", "kept elsewhere")
  const first = replica.connect(to(other))
  await first.synced()
  const { actor } = replica
  evict(name)
  await expect(write(replica, "notes/a", "after")).rejects.toThrow(/taken away by the browser/)
  await replica.close()
  const again = await open(name)
  expect(again.actor).not.toBe(actor)
  await again.connect(to(other)).synced()
  expect((await again.load("notes/a")).value).toEqual({ text: "kept elsewhere" })
  await again.close()
  await other.close()
})

test("[IDB3] a store opened again goes on under its name, one whose witness is gone under another", async () => {
  const name = freshName()
  const actors: string[] = []
  for (const isForgotten of [false, false, true]) {
    if (isForgotten) await damage("syncline-witness", "syncline_witness", records => records.delete(name))
    const replica = await open(name)
    await write(replica, "notes/a", `${actors.length}`)
    actors.push(replica.actor)
    await replica.close()
  }
  expect(new Set(actors).size).toBe(2)
  expect(actors[0]).toBe(actors[1])
})
