import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { sqliteStore } from "@syncline/adapters/sqlite"
import { memoryStore, type Store } from "@syncline/core"
import { expect, onTestFinished, test } from "vitest"
import { linkTo, openHere, put, syncOnce, valueIn } from "./replica-pair.ts"

const many = 1_000

/** A SQLite store of its own, gone when the test has ended. */
function sqliteHere(): Store {
  const folder = mkdtempSync(join(tmpdir(), "syncline-"))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return sqliteStore(join(folder, "notes.db"), {
    stateDirectory: join(folder, "state"),
    durability: "process"
  })
}

/** Two replicas with the same documents. */
async function filledPair() {
  const [server, client] = [
    await openHere({ memoryBudgetBytes: 1 }),
    await openHere({ memoryBudgetBytes: 1 })
  ]
  await Promise.all(Array.from({ length: many }, (_, i) => put(client, `notes/${i}`, "n", i)))
  await syncOnce(server, client)
  return { server, client }
}

test.each(["memory", "sqlite"])(
  "[FC6] %s: documents are deleted and made while they are listed, and each is listed once",
  async kind => {
    const replica = await openHere({ store: kind === "memory" ? memoryStore() : sqliteHere() })
    await Promise.all(Array.from({ length: 1_200 }, (_, i) => put(replica, `notes/${i}`, "n")))
    const listed: string[] = []
    for await (const id of replica.list()) {
      listed.push(id)
      if (listed.length % 100 !== 0) continue
      await (await replica.load(id)).delete().durable
      await put(replica, `other/${listed.length}`, "n")
    }
    expect(new Set(listed).size).toBe(listed.length)
    expect(listed.filter(id => id.startsWith("notes/"))).toHaveLength(1_200)
  }
)

test("[FC13] equal documents cost the same however many they are; where one differs, one travels", async () => {
  const { server, client } = await filledPair()
  const equal = linkTo(server, client)
  await equal.synced()
  expect(equal.metrics.bytesIn + equal.metrics.bytesOut).toBeLessThan(400)
  equal.close()
  await put(server, "notes/7", "new")
  const different = linkTo(server, client)
  await different.synced()
  expect(different.progress.documents).toBe(1)
  expect(different.metrics.bytesIn + different.metrics.bytesOut).toBeLessThan(1_000)
})

test("[FC14] a server that received thousands of documents holds what its budget allows", async () => {
  const { server } = await filledPair()
  expect(server.loadedDocuments).toBe(1)
})

test("[FC19] the first sync of thousands of documents takes frames by size, not one for each", async () => {
  const [server, client] = [await openHere(), await openHere({ memoryBudgetBytes: 1 })]
  await Promise.all(Array.from({ length: many }, (_, i) => put(client, `notes/${i}`, "n", i)))
  const link = linkTo(server, client)
  await link.synced()
  expect(link.sync.status.unsynced.documents).toBe(0)
  expect(link.metrics.framesIn + link.metrics.framesOut).toBeLessThan(many / 40)
})

test("[FC20] a server put back to its backup of before gets what it lost, not everything again", async () => {
  const store = memoryStore()
  const [server, client] = [await openHere({ store }), await openHere({ memoryBudgetBytes: 1 })]
  await Promise.all(Array.from({ length: many }, (_, i) => put(client, `notes/${i}`, "n", i)))
  await syncOnce(server, client)
  const backup = store.clone()
  for (let i = 0; i < 20; i++) await put(client, `notes/${10 * i}`, "late")
  await syncOnce(server, client)
  await server.close()
  const restored = await openHere({ store: backup })
  const link = linkTo(restored, client)
  await link.synced()
  expect(await valueIn(restored, "notes/10")).toEqual({ n: 10, late: "late" })
  expect(link.metrics.bytesIn + link.metrics.bytesOut).toBeLessThan(20 * 200)
})

test.each(["link", "replica"])(
  "[FC21] who syncs, closes its %s at once and comes back is sent what is new, and nothing of its own",
  async closes => {
    const [server, store] = [await openHere(), memoryStore()]
    const before = await openHere({ store })
    for (let i = 0; i < 50; i++) await put(before, `notes/${i}`, "n", i)
    const first = linkTo(server, before)
    await first.synced()
    if (closes === "link") first.close()
    await before.close()
    await put(server, "notes/7", "new")
    const link = linkTo(server, await openHere({ store }))
    await link.synced()
    expect([link.progress.documents, link.metrics.exchanges]).toEqual([1, 0])
  }
)
