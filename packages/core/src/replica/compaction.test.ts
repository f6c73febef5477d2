import { expect, test } from "vitest"
import { decodeHead } from "../codec/facts-codec.ts"
import { memoryStore } from "../store/memory-store.ts"
import type { Engine } from "../engine/engine.ts"
import {
  engineInUse,
  noteId,
  openCore,
  pull,
  put,
  settle,
  type,
  type TestCore
} from "../testing/core-fixture.ts"
import { faultyStore } from "../testing/faulty-store.ts"
import { keepStore } from "../testing/kept-batches.ts"

async function typed(replica: TestCore, count: number, perAppend = 1): Promise<void> {
  const state = await replica.load()
  for (let i = 0; i < count; i++) {
    type(replica, state, `${i % 10}`, i)
    if (i % perAppend === 0) await replica.core.writer.idle()
  }
  await settle(replica)
}

async function stored(replica: TestCore) {
  const document = await replica.core.session.loadDocument(noteId)
  if (document === undefined) throw new Error("the note is not stored")
  return { ...document, facts: decodeHead(document.head.body) }
}

test("[CP2] folding changes neither value nor version nor digest, live and after opening again", async () => {
  const store = memoryStore()
  const replica = await openCore({ store })
  await typed(replica, 40)
  const before = await stored(replica)
  const value = (await replica.load()).document.value()
  expect(await replica.core.compactor.fold(noteId, 5)).toBe(true)
  const after = await stored(replica)
  expect([after.head.digest, after.head.position]).toEqual([before.head.digest, before.head.position])
  expect(after.records.length).toBe(5)
  await replica.core.close()
  const again = await openCore({ store })
  expect((await again.load()).document.value()).toEqual(value)
  expect((await again.load()).meta.version.encode()).toEqual(
    after.facts.chains.size === 1 ? (await again.host.version(noteId)).encode() : []
  )
})

test("[CP3] at least as many raw commits stay as were asked for, and the log is folded by itself when it has grown", async () => {
  const replica = await openCore({ retainCommits: 20 })
  await typed(replica, 200)
  const { facts, records, base } = await stored(replica)
  expect(base).toBeDefined()
  expect(facts.tailCommits).toBeGreaterThanOrEqual(20)
  expect(facts.tailCommits).toBeLessThan(120)
  expect(records.length).toBe(facts.tailCommits)
  expect(facts.tailBytes).toBe(records.reduce((sum, { bytes }) => sum + bytes.length, 0))
})

test("[CP4] what is folded is what the base covers, whatever is written meanwhile", async () => {
  const replica = await openCore()
  await typed(replica, 20)
  const state = await replica.load()
  const folding = replica.core.compactor.fold(noteId, 3)
  for (let i = 0; i < 10; i++) {
    put(replica, state, `during${i}`, i)
    await Promise.resolve()
  }
  await folding
  await settle(replica)
  const { facts } = await stored(replica)
  expect([facts.base.height, facts.tailCommits]).toEqual([17, 13])
  const peer = await openCore()
  await pull(peer, replica)
  expect((await peer.load()).document.value()).toEqual(state.document.value())
})

test("[CP5] a crash around the append of a fold leaves the log as it was, or folded", async () => {
  const kept = keepStore(memoryStore())
  const replica = await openCore({ store: kept.store })
  await typed(replica, 30)
  await replica.core.compactor.fold(noteId, 2)
  for (const disk of kept.disks.slice(-2)) {
    const reopened = await openCore({ store: disk })
    expect((await reopened.load()).document.value()).toEqual((await replica.load()).document.value())
  }
  expect(kept.batches.at(-1)?.documents[0]?.record).toBeUndefined()
})

test("[CP6] a fold does not take place of what a peer's snapshot has replaced meanwhile", async () => {
  const [a, b] = [await openCore(), await openCore({ retainCommits: 2 })]
  await typed(a, 5)
  await pull(b, a)
  await typed(b, 50)
  await settle(b)
  const folding = a.core.compactor.fold(noteId, 0)
  await pull(a, b)
  await folding
  await settle(a)
  expect((await a.load()).document.value()).toEqual((await b.load()).document.value())
  const { facts } = await stored(a)
  expect(facts.base.vector.dominates((await stored(b)).facts.base.vector)).toBe(true)
})

test("[CP6] a fold that was prepared before the base was replaced is dropped", async () => {
  const { promise: gate, resolve: release } = Promise.withResolvers<void>()
  let isSlow = false
  const slow = keepStore(memoryStore(), undefined, async () => {
    if (isSlow) await gate
  })
  const [a, b] = [await openCore({ store: slow.store }), await openCore()]
  await typed(a, 5)
  isSlow = true
  const folding = a.core.compactor.fold(noteId, 0)
  await new Promise(setImmediate)
  isSlow = false
  await pull(b, a)
  await typed(b, 20)
  await b.core.compactor.fold(noteId, 0)
  await pull(a, b)
  await settle(a)
  release()
  expect(await folding).toBe(false)
  expect((await stored(a)).facts.base.height).toBe(25)
})

test("[CP6] a fold that is asked for while a peer's snapshot is being written does not undo it", async () => {
  const { promise: written, resolve: write } = Promise.withResolvers<void>()
  const waits: Promise<void>[] = []
  const disk = memoryStore()
  const [a, b] = [await openCore({ store: faultyStore(disk, { delay: () => waits[0] }) }), await openCore()]
  await typed(a, 5)
  await pull(b, a)
  await typed(b, 20)
  await b.core.compactor.fold(noteId, 0)
  const state = await a.load()
  const pulled = pull(a, b)
  while (state.pendingBase === undefined) await Promise.resolve()
  waits.push(written)
  await new Promise(setImmediate)
  const folding = a.core.compactor.fold(noteId, 0)
  await new Promise(setImmediate)
  write()
  await Promise.all([pulled, folding])
  await settle(a)
  await a.core.close()
  const again = await openCore({ store: disk })
  expect((await again.load()).document.value()).toEqual((await b.load()).document.value())
})

test("[CP7] a folded document that is deleted stays so, and can be brought back", async () => {
  const replica = await openCore()
  await typed(replica, 3)
  const state = await replica.load()
  replica.core.commitBare(state, "delete")
  await settle(replica)
  await replica.core.compactor.fold(noteId, 0)
  const peer = await openCore()
  await pull(peer, replica)
  const received = await peer.load()
  expect(received.meta.deleted).toBe(true)
  peer.core.commitBare(received, "undelete")
  expect([received.meta.deleted, received.document.value()]).toEqual([false, { body: "012" }])
})

test("[CP14] closing while a fold waits for a pause in writing ends, and leaves the log as it was", async () => {
  const store = memoryStore()
  const replica = await openCore({ store, retainCommits: 2 })
  const state = await replica.load()
  for (let i = 0; i < 8; i++) {
    type(replica, state, "a")
    await replica.core.writer.idle()
  }
  await replica.core.close()
  expect((await stored(await openCore({ store }))).records.length).toBe(8)
})

/** The engine in use, whose documents cannot be loaded again where they hold a word. */
function forgetful(word: string): Engine {
  const engine = engineInUse()
  return {
    ...engine,
    open: options => {
      const document = engine.open(options)
      const snapshot = document.snapshot.bind(document)
      document.snapshot = () =>
        JSON.stringify(document.value()).includes(word) ? snapshot().subarray(1) : snapshot()
      return document
    }
  }
}

test("[CP15] a log stays as it is where what it amounts to does not load as a snapshot", async () => {
  const replica = await openCore({ engine: forgetful("poison") })
  await typed(replica, 10)
  type(replica, await replica.load(), "poison", 0)
  await settle(replica)
  await expect(replica.core.compactor.fold(noteId, 0)).rejects.toMatchObject({
    code: "engine-update-invalid"
  })
  expect([(await stored(replica)).base, (await stored(replica)).records.length]).toEqual([undefined, 11])
  put(replica, await replica.load(), "after", 1)
  await settle(replica)
  await replica.core.close()
  const again = await openCore({ store: replica.store })
  expect((await again.load()).document.value()).toMatchObject({ body: "poison0123456789", after: 1 })
})

test("[CP15] what is folded before it is still folded", async () => {
  const replica = await openCore({ engine: forgetful("poison") })
  await typed(replica, 10)
  type(replica, await replica.load(), "poison", 0)
  await settle(replica)
  expect(await replica.core.compactor.fold(noteId, 1)).toBe(true)
  expect((await stored(replica)).records.length).toBe(1)
})
