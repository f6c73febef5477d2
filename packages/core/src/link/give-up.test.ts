import { expect, test } from "vitest"
import { automerge } from "../engine/automerge/index.ts"
import type { Engine } from "../engine/engine.ts"
import { yjs } from "../engine/yjs/index.ts"
import { systemPorts } from "../ports/system-ports.ts"
import { openReplica } from "../replica/open-replica.ts"
import type { Replica } from "../replica/replica.ts"
import { memoryStore } from "../store/memory-store.ts"
import type { Store } from "../store/store.ts"
import type { Paths } from "../sync/sync-scope.ts"
import { faultyStore } from "../testing/faulty-store.ts"
import { memorySink } from "../testing/memory-sink.ts"
import type { Grant } from "./authorization.ts"
import type { Link } from "./link.ts"
import { memoryTransport } from "./memory-transport.ts"

const { timers } = systemPorts()
const limits = { settleMs: 5, divergedRetryMs: 20 }
const readOnly: Grant = { read: ["notes"], write: [] }

interface Pair {
  readonly server: Replica
  readonly client: Replica
  readonly link: Link
  /** What the client may do from its next greeting on. */
  readonly grant: (next: Grant) => Promise<void>
  /** Another link of the client's. */
  readonly connect: (scope?: Paths) => Link
  /** The appends to the client's store with these numbers from now on fail. */
  readonly fail: (...next: readonly number[]) => void
  /** The client again, as after a start. */
  readonly reopen: () => Promise<Replica>
  readonly close: () => Promise<void>
}

/** A server that wrote a note, and a client that may read it. */
async function readers(engine: Engine = yjs()): Promise<Pair> {
  const failBefore: number[] = []
  let appends = 0
  const delay = (append: number): void => void (appends = append)
  const store = faultyStore(memoryStore(), { failBefore, delay })
  const open = (on: Store = memoryStore()) =>
    openReplica({ store: on, engine, sinks: [memorySink()], retainCommits: 1_000 })
  const [server, client] = [await open(), await open(store)]
  let granted: Grant = readOnly
  await (await server.load("notes/1")).change(
    draft => void Object.assign(draft, { title: "Plan", tags: ["a"] })
  ).durable
  const accepted: Link[] = []
  const transport = memoryTransport(timers, connection => {
    accepted.push(server.accept(connection, { limits, authorize: () => granted }))
  })
  const connect = (scope: Paths = "all") =>
    client.connect(transport, { scope, limits, backoff: { baseMs: 1, maxMs: 5 } })
  const link = connect()
  await link.synced()
  const grant = async (next: Grant) => {
    granted = next
    await accepted.at(-1)?.reauthorize()
    await link.synced()
  }
  return {
    server,
    client,
    link,
    grant,
    connect,
    fail: (...next) => void failBefore.splice(0, failBefore.length, ...next.map(number => appends + number)),
    reopen: async () => {
      await client.close()
      return open(store)
    },
    close: async () => {
      await client.close()
      await server.close()
    }
  }
}

async function edit(
  replica: Replica,
  work: (draft: Record<string, unknown>) => void,
  id = "notes/1"
): Promise<void> {
  await (await replica.load(id)).change(draft => work(draft)).durable
}

async function valueOf(replica: Replica, id = "notes/1"): Promise<unknown> {
  return (await replica.load(id)).value
}

test.each([yjs(), automerge()])(
  "[GR50] what is given up is gone here, in sinks too, and both sides are equal ($name)",
  async engine => {
    const { server, client, link, close } = await readers(engine)
    await edit(client, draft => void (draft["title"] = "Mine"))
    await edit(client, draft => void (draft["tags"] as string[]).push("b"))
    await edit(server, draft => void (draft["by"] = "server"))
    await link.synced()
    expect(link.sync.status.rejected.map(({ document }) => document)).toEqual(["notes/1"])
    const givenUp = await link.giveUp("notes/1")
    await link.synced()
    expect(givenUp).toMatchObject({
      commits: 2,
      value: { title: "Mine", tags: ["a", "b"], by: "server" },
      deleted: false
    })
    expect(await valueOf(client)).toEqual({ title: "Plan", tags: ["a"], by: "server" })
    expect([link.status, link.sync.status.rejected, link.sync.isUnsynced("notes/1")]).toEqual([
      "live",
      [],
      false
    ])
    const order = (await client.load("notes/1")).version.compare((await server.load("notes/1")).version)
    expect([order, (await client.verify()).clean]).toEqual(["equal", true])
    await close()
  }
)

test.each([yjs(), automerge()])(
  "[GR51] what was given up can be made again: there once it is granted, or in a document of one's own ($name)",
  async engine => {
    const { server, client, link, grant, close } = await readers(engine)
    await edit(client, draft => void (draft["title"] = "Mine"))
    await link.synced()
    const { value, patch } = await link.giveUp("notes/1")
    await edit(server, draft => void (draft["by"] = "server"))
    await grant({ read: ["notes"] })
    await (await client.load("notes/1")).patch(patch).durable
    await edit(client, draft => void Object.assign(draft, value), "notes/copy")
    await link.synced()
    expect(await valueOf(server)).toEqual({ title: "Mine", tags: ["a"], by: "server" })
    expect(await valueOf(server, "notes/copy")).toEqual({ title: "Mine", tags: ["a"] })
    expect((await server.load("notes/1")).version.entries).toHaveLength(2)
    await close()
  }
)

test("[GR52] a name under which something was given up is not written under again", async () => {
  const { server, client, link, grant, close } = await readers()
  await edit(client, draft => void (draft["title"] = "Mine"))
  const before = client.actor
  await link.synced()
  await link.giveUp("notes/1")
  expect(client.actor).not.toBe(before)
  await grant({ read: ["notes"] })
  await edit(client, draft => void (draft["title"] = "Ours"))
  await link.synced()
  expect(await valueOf(server)).toEqual({ title: "Ours", tags: ["a"] })
  expect((await server.load("notes/1")).version.get(before)).toBe(0)
  await close()
})

test("[GR52] nor after a start before anything else was written", async () => {
  const { server, client, link, reopen } = await readers()
  await edit(client, draft => void (draft["title"] = "Mine"))
  const before = client.actor
  await link.synced()
  await link.giveUp("notes/1")
  const again = await reopen()
  expect(again.actor).not.toBe(before)
  expect(await valueOf(again)).toEqual({ title: "Plan", tags: ["a"] })
  await again.close()
  await server.close()
})

test("[GR53] where nothing is to be given up, or nothing to go back to, nothing changes", async () => {
  const { client, link, close } = await readers()
  await expect(link.giveUp("notes/1")).rejects.toMatchObject({
    code: "nothing-to-give-up",
    details: { document: "notes/1", absent: false }
  })
  await edit(client, draft => void (draft["only"] = "here"), "notes/new")
  await link.synced()
  await expect(link.giveUp("notes/new")).rejects.toMatchObject({
    code: "nothing-to-give-up",
    message: expect.stringContaining("delete() the document") as string,
    details: { document: "notes/new", absent: true }
  })
  expect(await valueOf(client, "notes/new")).toEqual({ only: "here" })
  link.close()
  await expect(link.giveUp("notes/new")).rejects.toMatchObject({ code: "link-closed" })
  await close()
})

test("[GR53] what is folded cannot be taken apart: it is told, and stays", async () => {
  const { client, link, close } = await readers()
  await edit(client, draft => void (draft["title"] = "Mine"))
  await link.synced()
  await client.compact("notes/1")
  await expect(link.giveUp("notes/1")).rejects.toMatchObject({ code: "version-before-base" })
  expect(await valueOf(client)).toEqual({ title: "Mine", tags: ["a"] })
  await close()
})

test("[GR54] all links see that nothing is kept apart any more, those too that were made before or remember it", async () => {
  const { client, link, connect, close } = await readers()
  const before = connect(["notes"])
  await edit(client, draft => void (draft["title"] = "Mine"))
  await Promise.all([link.synced(), before.synced()])
  link.close()
  await before.giveUp("notes/1")
  const third = connect()
  await Promise.all([before.synced(), third.synced()])
  expect([before, third].map(({ sync }) => [sync.status.rejected, sync.isUnsynced("notes/1")])).toEqual([
    [[], false],
    [[], false]
  ])
  const fourth = connect(["notes"])
  await edit(client, draft => void (draft["title"] = "Again"))
  await Promise.all([third.synced(), fourth.synced()])
  expect(fourth.sync.status.rejected).toHaveLength(1)
  await third.giveUp("notes/1")
  await fourth.synced()
  expect(fourth.sync.status.rejected).toEqual([])
  await close()
})

test("[GR55] what cannot be written is handed back with the error; a retry gives it up, and that is seen", async () => {
  const { client, link, fail, close } = await readers()
  await edit(client, draft => void (draft["title"] = "Mine"))
  await link.synced()
  fail(1, 2)
  await expect(link.giveUp("notes/1")).rejects.toMatchObject({
    code: "document-blocked",
    cause: { code: "store-failed" },
    details: { givenUp: { commits: 1, value: { title: "Mine", tags: ["a"] } } }
  })
  fail()
  await (await client.load("notes/1")).retry()
  await link.synced()
  expect([await valueOf(client), link.sync.status.rejected]).toEqual([{ title: "Plan", tags: ["a"] }, []])
  await close()
})

test("[GR55] a discard keeps it, as does a start without a retry", async () => {
  const { client, link, fail, reopen, server } = await readers()
  await edit(client, draft => void (draft["title"] = "Mine"))
  await link.synced()
  fail(1, 2)
  await expect(link.giveUp("notes/1")).rejects.toMatchObject({ code: "document-blocked" })
  fail()
  await (await client.load("notes/1")).discard()
  await link.synced()
  expect(await valueOf(client)).toEqual({ title: "Mine", tags: ["a"] })
  expect(link.sync.status.rejected).toHaveLength(1)
  fail(1, 2)
  await expect(link.giveUp("notes/1")).rejects.toMatchObject({ code: "document-blocked" })
  const again = await reopen()
  expect(await valueOf(again)).toEqual({ title: "Mine", tags: ["a"] })
  await again.close()
  await server.close()
})

test("[GR51] what is written meanwhile is given up and handed back, or stays", async () => {
  const { client, link, close } = await readers()
  await edit(client, draft => void (draft["title"] = "Mine"))
  await link.synced()
  const document = await client.load("notes/1")
  const givingUp = Promise.allSettled([link.giveUp("notes/1"), link.giveUp("notes/1")])
  const outcomes: Promise<string>[] = []
  for (let i = 0; i < 300; i++) {
    const { durable } = document.change(draft => void (draft[`k${i}`] = i))
    outcomes.push(
      durable.then(
        () => "durable",
        (error: { code: string }) => error.code
      )
    )
    await Promise.resolve()
    if (i % 3 === 0) await new Promise(setImmediate)
  }
  const done = await givingUp
  const handedBack = done.flatMap(one => (one.status === "fulfilled" ? [one.value.value] : []))
  const all = Object.assign({}, ...handedBack, document.value) as Record<string, unknown>
  expect(handedBack).toHaveLength(1)
  for (let i = 0; i < 300; i++) expect(all[`k${i}`]).toBe(i)
  const codes = new Set(await Promise.all(outcomes))
  codes.delete("durable")
  expect([...codes].filter(code => code !== "aborted")).toEqual([])
  await close()
})

test("[GR61] whenever it is asked in the course of a comparison, and twice at once, one gets what is given up and the other hears so", async () => {
  const { client, link, close } = await readers()
  let givenUp = 0
  for (let turns = 0; turns < 60; turns++) {
    await edit(client, draft => void (draft["title"] = turns))
    // So many turns after the link saw it.
    for (let turn = 0; turn < turns; turn++) await new Promise(resolve => setImmediate(resolve))
    const both = await Promise.allSettled([link.giveUp("notes/1"), link.giveUp("notes/1")])
    givenUp += both.filter(({ status }) => status === "fulfilled").length
  }
  await link.synced()
  expect(givenUp).toBeGreaterThan(20)
  expect(link.sync.status.rejected).toEqual([])
  await close()
}, 20_000)

test("[GR61] a signal ends it where nobody answers", async () => {
  const { server, client, link, close } = await readers()
  await edit(client, draft => void (draft["title"] = "Mine"))
  await link.synced()
  await server.close()
  const stop = new AbortController()
  const givenUp = link.giveUp("notes/1", stop.signal)
  stop.abort()
  await expect(givenUp).rejects.toMatchObject({ code: "aborted" })
  expect(await valueOf(client)).toMatchObject({ title: "Mine" })
  await close()
})
