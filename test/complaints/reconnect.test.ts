import { type Connection, connectionPair, memoryStore, memoryTransport, type Transport } from "@syncline/core"
import { faultyStore } from "@syncline/core/testing"
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

test("[FC9] a transport that throws in every way it can, or says nothing, is tried again until it connects", async () => {
  const [server, client] = [await openHere(), await openHere()]
  const [ours, theirs] = connectionPair(client.host.ports.timers)
  const failures = [
    () => Promise.reject(new Error("no route")),
    () => new Promise<Connection>(() => {}),
    () => {
      throw new TypeError("not even a promise")
    }
  ]
  const connect: Transport["connect"] = () => failures.shift()?.() ?? Promise.resolve(ours)
  await put(client, "notes/1", "here")
  server.accept(theirs)
  const options = { backoff: { baseMs: 1, maxMs: 1 }, connectTimeoutMs: 20 }
  const link = client.connect({ name: "moody", connect }, options)
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
  const rest = async (): Promise<void> => {
    for (let i = 0; i < 100; i++) await new Promise<void>(resolve => setImmediate(resolve))
  }
  const heard = (): readonly number[] => [link.metrics.framesIn, link.metrics.framesOut]
  // What was on its way when this side knew that they are equal: until nothing comes for a while.
  let before: readonly number[] = []
  for (let quiet = 0; quiet < 20; ) {
    before = heard()
    await rest()
    quiet = heard().every((count, at) => count === before[at]) ? quiet + 1 : 0
  }
  await rest()
  expect(heard()).toEqual(before)
})

/** A connection that loses the message of that number which comes in, and is cut with it. */
function losing(connection: Connection, ordinal: number): Connection {
  const listen = connection.onMessage.bind(connection)
  let heard = 0
  connection.onMessage = listener =>
    listen(message => {
      if (++heard !== ordinal) return listener(message)
      connection.close({ reason: "connection-lost", message: "cut in the middle" })
    })
  return connection
}

test.each(
  [1, 2, 3, 4].flatMap(ordinal => [
    { ordinal, loser: "server" },
    { ordinal, loser: "client" }
  ])
)(
  "[FC16] where message $ordinal to the $loser is lost, the next connection brings all it said",
  async ({ ordinal, loser }) => {
    const [server, client] = [await openHere(), await openHere()]
    await put(server, "notes/1", "here")
    await put(client, "notes/1", "there")
    let connections = 0
    const spoiled = (connection: Connection, who: string): Connection =>
      connections === 1 && who === loser ? losing(connection, ordinal) : connection
    const accept = (connection: Connection): void => {
      connections++
      server.accept(spoiled(connection, "server"))
    }
    const plain = memoryTransport(client.host.ports.timers, accept)
    const transport: Transport = {
      name: plain.name,
      connect: async signal => spoiled(await plain.connect(signal), "client")
    }
    await client.connect(transport, { backoff: { baseMs: 1, maxMs: 1 } }).synced()
    expect(connections).toBe(2)
    for (const replica of [server, client])
      expect(await valueIn(replica, "notes/1")).toEqual({ here: "here", there: "there" })
  }
)

test("[FC17] two that write all the time, each on what the other has not seen, come to the same when they stop", async () => {
  const [server, client] = [await openHere(), await openHere()]
  const link = linkTo(server, client)
  for (let i = 0; i < 100; i++)
    await Promise.all([put(server, "notes/1", `s${i % 10}`, i), put(client, "notes/1", `c${i % 10}`, i)])
  await link.synced()
  expect(Object.keys((await valueIn(server, "notes/1")) as object)).toHaveLength(20)
  expect(await valueIn(client, "notes/1")).toEqual(await valueIn(server, "notes/1"))
  expect(link.sync.status.unsynced.commits).toBe(0)
})

test("[FC18] a server whose disk fails while it takes what comes has all of it once the disk works", async () => {
  // The first append is that of the opening.
  const store = faultyStore(memoryStore(), { failBefore: [2, 4] })
  const [server, client] = [await openHere({ store }), await openHere()]
  const link = linkTo(server, client)
  await link.synced()
  for (const key of ["a", "b", "c"]) await put(client, `notes/${key}`, key)
  await link.synced()
  expect(link.metrics.connections).toBeGreaterThan(1)
  for (const key of ["a", "b", "c"]) expect(await valueIn(server, `notes/${key}`)).toEqual({ [key]: key })
})
