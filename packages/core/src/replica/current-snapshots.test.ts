import { expect, test } from "vitest"
import type { Engine } from "../engine/engine.ts"
import {
  type CoreOptions,
  engineInUse,
  noteId,
  openCore,
  overTheWire,
  settle,
  type,
  type TestCore
} from "../testing/core-fixture.ts"

/** A document of 300 commits, more than are sent one by one to who has none. */
async function typed(options: CoreOptions = {}): Promise<TestCore> {
  const replica = await openCore(options)
  const state = await replica.load()
  for (let i = 0; i < 300; i++) type(replica, state, "x", i)
  await settle(replica)
  return replica
}

/** What a peer that has nothing makes of what is sent to it. */
async function received(from: TestCore, delta = from.host.delta(noteId, {})): Promise<TestCore> {
  const sent = await delta
  const peer = await openCore()
  await peer.host.receive({ ...overTheWire(sent), origin: {} })
  return peer
}

test("[DL4] a peer that has nothing gets one snapshot of all that is durable and no commits", async () => {
  const replica = await typed()
  const { snapshot, commits } = await replica.host.delta(noteId, {})
  expect([snapshot !== undefined, commits]).toEqual([true, []])
  const peer = await received(replica)
  expect((await peer.load()).document.value()).toEqual((await replica.load()).document.value())
  expect((await peer.host.version(noteId)).compare(await replica.host.version(noteId))).toBe("equal")
})

test("[DL4] what is not durable yet is not in it, though it is in the open document", async () => {
  const replica = await typed()
  type(replica, await replica.load(), "pending", 0)
  // Reads the store before the append that is to come in this tick.
  const peer = await received(replica, replica.host.delta(noteId, {}))
  expect((await peer.load()).document.value()).toEqual({ body: "x".repeat(300) })
})

test("[DL4] one made before is not used after another commit", async () => {
  const replica = await typed()
  await received(replica)
  type(replica, await replica.load(), "later", 0)
  await settle(replica)
  expect((await (await received(replica)).load()).document.value()).toEqual({
    body: `later${"x".repeat(300)}`
  })
})

test("[DL4] from the store alone it is the same document", async () => {
  const replica = await typed()
  await replica.core.close()
  const reopened = await openCore({ store: replica.store })
  expect((await (await received(reopened)).load()).document.value()).toEqual({ body: "x".repeat(300) })
})

test("[DL7] where a snapshot would not load, commits are sent", async () => {
  const engine = engineInUse()
  const broken: Engine = {
    ...engine,
    open: options => Object.assign(engine.open(options), { snapshot: () => new Uint8Array([7]) })
  }
  const replica = await typed({ engine: broken })
  const { snapshot, commits } = await replica.host.delta(noteId, {})
  expect([snapshot, commits.length]).toEqual([undefined, 300])
})
