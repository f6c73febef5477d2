import { connectionPair, memoryStore, type Transport } from "@syncline/core"
import { expect, test } from "vitest"
import { linkTo, openHere, put, syncOnce, valueIn } from "./replica-pair.ts"

test("[FC7] a server that lost its database gets everything again before a link is in sync with it", async () => {
  const [server, client] = [await openHere(), await openHere()]
  await put(client, "notes/1", "here")
  await syncOnce(server, client)
  const emptied = await openHere({ store: memoryStore() })
  const link = linkTo(emptied, client)
  await link.synced()
  expect(await valueIn(emptied, "notes/1")).toEqual({ here: "here" })
  await put(client, "notes/1", "later")
  await link.synced()
  expect(await valueIn(emptied, "notes/1")).toEqual({ here: "here", later: "later" })
})

test("[FC8] a document the peer cannot take is reported, and the others arrive", async () => {
  const store = memoryStore()
  const before = await openHere({ store })
  await put(before, "notes/1", "ours")
  await before.close()
  const session = await store.open()
  const head = await session.loadHead("notes/1" as never)
  if (head === undefined) throw new Error("nothing was stored")
  await session.append({ documents: [{ head: { ...head, body: new Uint8Array([1, 2, 3]) } }] })
  await session.close()
  const [server, client] = [await openHere({ store }), await openHere()]
  const link = linkTo(server, client)
  const refused = new Promise(resolve => link.onProblem(problem => resolve(problem)))
  await put(client, "notes/1", "theirs")
  await put(client, "notes/2", "fine")
  expect(await refused).toMatchObject({ kind: "rejected", document: "notes/1" })
  await expect.poll(() => valueIn(server, "notes/2")).toEqual({ fine: "fine" })
})

test("[FC9] a transport that throws in every way it can is tried again until it connects", async () => {
  const [server, client] = [await openHere(), await openHere()]
  const [ours, theirs] = connectionPair(client.host.ports.timers)
  const failures = [
    () => Promise.reject(new Error("no route")),
    () => {
      throw new TypeError("not even a promise")
    }
  ]
  const connect: Transport["connect"] = () => failures.shift()?.() ?? Promise.resolve(ours)
  await put(client, "notes/1", "here")
  server.accept(theirs)
  const link = client.connect({ name: "moody", connect }, { backoff: { baseMs: 1, maxMs: 1 } })
  await link.synced()
  expect(await valueIn(server, "notes/1")).toEqual({ here: "here" })
})

test("[FC10] edits made while the connection was lost arrive after it, on both sides", async () => {
  const [server, client] = [await openHere(), await openHere()]
  const link = linkTo(server, client)
  await link.synced()
  for (const accepted of server.links) accepted.close()
  await put(client, "notes/1", "there")
  await put(server, "notes/1", "here")
  await link.synced()
  expect(await valueIn(server, "notes/1")).toEqual({ here: "here", there: "there" })
  expect(await valueIn(client, "notes/1")).toEqual({ here: "here", there: "there" })
})

test("[FC11] after a link was closed nothing is sent or taken", async () => {
  const [server, client] = [await openHere(), await openHere()]
  await syncOnce(server, client)
  await put(client, "notes/1", "later")
  await put(server, "notes/2", "later")
  await Promise.all([client.flush(), server.flush()])
  expect(await valueIn(server, "notes/1")).toEqual({})
  expect(await valueIn(client, "notes/2")).toEqual({})
})

test("[FC12] two replicas in sync send nothing, whoever asks them to sync again", async () => {
  const [server, client] = [await openHere(), await openHere()]
  const link = linkTo(server, client)
  await put(client, "notes/1", "here")
  await link.synced()
  const { framesIn, framesOut } = link.metrics
  for (let i = 0; i < 100; i++) await new Promise<void>(resolve => setImmediate(resolve))
  expect([link.metrics.framesIn, link.metrics.framesOut]).toEqual([framesIn, framesOut])
})
