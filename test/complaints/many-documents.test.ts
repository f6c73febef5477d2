import { memoryStore } from "@syncline/core"
import { expect, test } from "vitest"
import { linkTo, openHere, put, syncOnce } from "./replica-pair.ts"

const many = 2_000

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

test("[FC6] documents are deleted and made while they are listed, and each is listed once", async () => {
  const replica = await openHere({ store: memoryStore() })
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
})

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
