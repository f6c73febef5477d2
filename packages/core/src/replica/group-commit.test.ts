import { expect, test } from "vitest"
import type { DocumentId } from "../document/document-id.ts"
import { decodeCommits } from "../codec/commit-decoder.ts"
import { encodeCommits } from "../codec/commit-encoder.ts"
import { memoryStore } from "../store/memory-store.ts"
import type { DurableGroup } from "../sync/sync-host.ts"
import { exchange, noteId, openCore, pull, put, settle, type, overTheWire } from "../testing/core-fixture.ts"
import { faultyStore } from "../testing/faulty-store.ts"
import { keepStore } from "../testing/kept-batches.ts"
import { reload } from "./mend.ts"
import { discardPending, pendingSettled, retryPending } from "./pending-work.ts"

const failed: unknown = expect.objectContaining({ code: "store-failed" })

test("[GC1] all changes of a tick are one append, with one record for each document", async () => {
  const kept = keepStore(memoryStore())
  const replica = await openCore({ store: kept.store })
  const [one, two] = [await replica.load("notes/1"), await replica.load("notes/2")]
  const before = kept.batches.length
  for (let i = 0; i < 10; i++) {
    type(replica, one, "a")
    type(replica, two, "b")
  }
  await settle(replica)
  expect(kept.batches.slice(before).map(({ documents }) => documents.map(({ head }) => head.id))).toEqual([
    ["notes/1", "notes/2"]
  ])
  expect((await replica.core.session.readLog({ after: 0, limit: 9 })).length).toBe(2)
})

test("[GC1] ten thousand changes of a tick are one append, and are read again", async () => {
  const kept = keepStore(memoryStore())
  const replica = await openCore({ store: kept.store, retainCommits: Number.POSITIVE_INFINITY })
  const state = await replica.load()
  const before = kept.batches.length
  for (let i = 0; i < 10_000; i++) put(replica, state, "n", i)
  await settle(replica)
  expect(kept.batches.length - before).toBe(1)
  await replica.core.close()
  const again = await openCore({ store: kept.store })
  expect((await again.load()).document.value()).toMatchObject({ n: 9_999 })
})

test("[GC2] nothing is told to anybody before it is durable", async () => {
  const { promise: gate, resolve: release } = Promise.withResolvers<void>()
  const replica = await openCore({
    store: faultyStore(memoryStore(), { delay: append => (append > 1 ? gate : undefined) })
  })
  const heard: string[] = []
  replica.core.durable.on(group => heard.push(`group ${group.commits.length}`))
  const { receipt } = type(replica, await replica.load(), "a")
  void receipt?.durable.then(() => heard.push("durable"))
  await new Promise(setImmediate)
  expect(heard).toEqual([])
  expect(await replica.host.version(noteId)).toMatchObject({ height: 0 })
  release()
  await settle(replica)
  expect(heard).toEqual(["group 1", "durable"])
})

test("[GC3] a durable group holds the commits of one origin, in log order, and ends where the log does", async () => {
  const [a, b, c] = [await openCore(), await openCore(), await openCore()]
  for (const other of [a, b]) type(other, await other.load(), "x")
  const groups: DurableGroup[] = []
  c.core.durable.on(group => groups.push(group))
  type(c, await c.load(), "local")
  await Promise.all([pull(c, a), pull(c, b)])
  await settle(c)
  expect(groups.flatMap(({ commits }) => commits).length).toBe(3)
  for (const { commits, origin } of groups)
    expect(commits.every(({ dot }) => (dot.actor === c.core.identity.actor) === (origin === undefined))).toBe(
      true
    )
  expect(groups.map(({ end }) => end.position)).toEqual([...groups.keys()].map(i => i + 1))
  expect(groups.at(-1)?.end).toEqual(c.host.end)
})

test("[GC3] what two documents get from two sides in one tick is two groups", async () => {
  const [source, replica] = [await openCore(), await openCore()]
  type(source, await source.load(), "x")
  await settle(source)
  const delta = await source.host.delta(noteId, {})
  const [received, other] = [await replica.load(), await replica.load("notes/2")]
  const groups: DurableGroup[] = []
  replica.core.durable.on(group => groups.push(group))
  const receiving = replica.host.receive({ ...overTheWire(delta), origin: replica.origin })
  while (received.pending.length === 0) await Promise.resolve()
  type(replica, other, "local")
  await receiving
  await settle(replica)
  expect(replica.host.end.position).toBe(2)
  expect(groups.map(({ commits, origin }) => [commits.length, origin])).toEqual([
    [1, replica.origin],
    [1, undefined]
  ])
})

test("[GC3] a local commit is local, also where it is written with a base that was received", async () => {
  const source = await openCore()
  type(source, await source.load(), "abc")
  await settle(source)
  await source.core.compactor.fold(noteId, 0)
  const reading = { gate: Promise.resolve() }
  const { store } = keepStore(memoryStore(), undefined, () => reading.gate)
  const replica = await openCore({ store })
  const state = await replica.load()
  put(replica, state, "own", 1)
  await settle(replica)
  const groups: DurableGroup[] = []
  replica.core.durable.on(group => groups.push(group))
  const { promise, resolve } = Promise.withResolvers<void>()
  reading.gate = promise
  const pulled = pull(replica, source)
  await new Promise(passed => setImmediate(passed))
  const { commit } = put(replica, state, "own", 2)
  resolve()
  await pulled
  await settle(replica)
  const its = groups.filter(({ commits }) => commits.some(({ dot }) => dot.seq === commit.dot.seq))
  expect(its.map(({ reset, origin }) => [reset, origin])).toEqual([[[noteId], undefined]])
})

test("[GC4] an append that fails blocks the documents it was for and no others", async () => {
  const bad = failingFor("notes/bad" as DocumentId)
  const replica = await openCore({ store: bad.store })
  const [good, broken] = [await replica.load("notes/good"), await replica.load("notes/bad")]
  const handles = [type(replica, good, "a"), type(replica, broken, "b")]
  await settle(replica)
  await expect(handles[0]?.receipt?.durable).resolves.toBe(1)
  await expect(handles[1]?.receipt?.durable).rejects.toEqual(failed)
  expect([good.blocked, broken.blocked]).toEqual([undefined, failed])
  type(replica, good, "c")
  await settle(replica)
  expect(good.durable.version.height).toBe(2)
})

test("[GC4] what came while the append was under way is told of its failure, too", async () => {
  const { promise: gate, resolve: release } = Promise.withResolvers<void>()
  const bad = failingFor(noteId)
  const store = faultyStore(bad.store, { delay: append => (append > 1 ? gate : undefined) })
  const replica = await openCore({ store })
  const state = await replica.load()
  type(replica, state, "a")
  while (state.inFlight === undefined) await Promise.resolve()
  const during = type(replica, state, "b").receipt
  release()
  await expect(during?.durable).rejects.toEqual(failed)
  // As an editor on the native document does, which hears of no block.
  type(replica, state, "c")
  await pendingSettled(replica.core)
  bad.heal()
  await retryPending(replica.core, state)
  expect(state.durable.version.height).toBe(3)
})

test("[GC5] a blocked document keeps what was pending, and a retry makes it durable in order", async () => {
  const bad = failingFor(noteId)
  const replica = await openCore({ store: bad.store })
  const state = await replica.load()
  type(replica, state, "a")
  await settle(replica)
  expect(state.pending.length).toBe(1)
  await expect(retryPending(replica.core, state)).rejects.toEqual(failed)
  bad.heal()
  await retryPending(replica.core, state)
  type(replica, state, "b", 1)
  await settle(replica)
  const copy = await openCore()
  await pull(copy, replica)
  expect((await copy.load()).document.value()).toEqual({ body: "ab" })
})

test("[PJ32] a snapshot that waits behind the append of another document is waited for", async () => {
  const { promise: gate, resolve: release } = Promise.withResolvers<void>()
  const slowly = (append: number) => (append === 2 ? gate : new Promise<void>(setImmediate))
  const replica = await openCore({ store: faultyStore(memoryStore(), { delay: slowly }) })
  const source = await openCore()
  type(source, await source.load(), "x")
  await settle(source)
  await source.core.compactor.fold(noteId, 0)
  const [state, other] = [await replica.load(), await replica.load("notes/2")]
  type(replica, other, "a")
  void pull(replica, source)
  while (state.pendingBase === undefined) await new Promise(setImmediate)
  const waited = pendingSettled(replica.core)
  release()
  await waited
  expect([other.durable.version.height, state.durable.version.height]).toEqual([1, 1])
})

/** Somebody whose first append of the note waits, and then fails; others who have it only as snapshots. */
async function waitingForSnapshots() {
  const { promise: gate, resolve: release } = Promise.withResolvers<void>()
  const bad = failingFor(noteId)
  const store = faultyStore(bad.store, { delay: append => (append > 1 ? gate : undefined) })
  const replica = await openCore({ store })
  const others = [await openCore(), await openCore()]
  for (const other of others) {
    type(other, await other.load(), "x")
    await settle(other)
    await other.core.compactor.fold(noteId, 0)
  }
  const pulls = others.map(other => pull(replica, other))
  const state = await replica.load()
  while (state.inFlight === undefined) await new Promise(setImmediate)
  await new Promise(setImmediate)
  return { replica, others, pulls, state, release, bad }
}

test("[GC5] so is a snapshot that could not be written, also where another one waited for it", async () => {
  const { replica, others, pulls, state, release, bad } = await waitingForSnapshots()
  release()
  expect((await Promise.all(pulls))[1]?.rejections).toMatchObject([{ reason: "blocked" }])
  expect([state.blocked, state.damaged, state.pendingBase === undefined]).toEqual([failed, false, false])
  bad.heal()
  await retryPending(replica.core, state)
  for (const other of [...others, ...others]) await exchange(replica, other)
  const documents = await Promise.all([replica, ...others].map(each => each.load()))
  for (const { document } of documents) expect(document.value()).toEqual({ body: "xx" })
})

test("[GC5] so is one of a document that was to be loaded again meanwhile", async () => {
  const { replica, state, release, bad } = await waitingForSnapshots()
  const reloaded = Promise.allSettled([reload(replica.core, state)])
  release()
  expect(await reloaded).toEqual([{ status: "rejected", reason: failed }])
  expect([state.blocked, state.damaged, state.pendingBase === undefined]).toEqual([failed, true, false])
  bad.heal()
  await retryPending(replica.core, state)
  expect([state.blocked, state.damaged, state.document.value()]).toEqual([undefined, false, { body: "x" }])
})

test("[GC6] discarding gives the document as stored, under a new name, and both can be written on", async () => {
  const bad = failingFor(noteId)
  const replica = await openCore({ store: bad.store })
  const state = await replica.load()
  bad.heal()
  type(replica, state, "kept")
  await settle(replica)
  const former = replica.core.identity.actor
  bad.break()
  type(replica, state, "lost ")
  await settle(replica)
  bad.heal()
  await discardPending(replica.core, state)
  expect([state.document.value(), state.blocked]).toEqual([{ body: "kept" }, undefined])
  expect(replica.core.identity.actor).not.toBe(former)
  type(replica, state, "new ")
  const other = await openCore()
  await exchange(replica, other)
  expect((await other.load()).document.value()).toEqual({ body: "new kept" })
})

test("[GC7] values that go with a batch are written with its last commits or not at all", async () => {
  const bad = failingFor("notes/bad" as DocumentId)
  const source = await openCore()
  for (const id of ["notes/good", "notes/bad"]) type(source, await source.load(id), "x")
  await settle(source)
  const deltas = await Promise.all(
    ["notes/good", "notes/bad"].map(id => source.host.delta(id as DocumentId, {}))
  )
  const commits = decodeCommits(encodeCommits(deltas.flatMap(delta => delta.commits)))
  const cursor = { epoch: source.host.epoch, position: 2, logHash: source.host.end.hash }
  const replica = await openCore({ store: bad.store })
  const report = await replica.host.receive({ commits, cursor, origin: {} })
  expect(report.rejections.map(({ document, reason }) => [document, reason])).toEqual([
    ["notes/bad", "blocked"]
  ])
  expect(await replica.host.peerCursor(source.host.epoch)).toBeUndefined()
  await replica.host.savePeerCursor(cursor)
  expect(await replica.host.peerCursor(source.host.epoch)).toEqual(cursor)
})

test("[GC7] a cursor is not saved where its commits are discarded before they could be written", async () => {
  const source = await openCore()
  type(source, await source.load(), "x")
  await settle(source)
  const cursor = { epoch: source.host.epoch, position: 1, logHash: source.host.end.hash }
  const replica = await openCore({ store: failingFor(noteId).store })
  const state = await replica.load()
  replica.core.events.on(event => {
    if (event.type === "blocked") void discardPending(replica.core, state)
  })
  // The local change goes first, alone: what was received waits behind it, and the cursor behind that.
  const delta = await source.host.delta(noteId, {})
  const receiving = replica.host.receive({ ...overTheWire(delta), cursor, origin: {} })
  type(replica, state, "local")
  const report = await receiving
  await settle(replica)
  expect(report.rejections).toMatchObject([{ reason: "blocked" }])
  expect(await replica.host.peerCursor(source.host.epoch)).toBeUndefined()
})

test("[GC8] a fold that cannot be written blocks nothing", async () => {
  let isBroken = false
  const store = faultyStore(memoryStore(), {
    delay: () => {
      if (isBroken) throw new Error("disk full")
    }
  })
  const replica = await openCore({ store })
  const state = await replica.load()
  type(replica, state, "a")
  await settle(replica)
  isBroken = true
  await expect(replica.core.compactor.fold(noteId, 0)).rejects.toEqual(failed)
  isBroken = false
  expect(state.blocked).toBeUndefined()
  expect(await replica.core.compactor.fold(noteId, 0)).toBe(true)
})

test("[GC8] also where somebody writes while it is under way", async () => {
  const { promise: gate, resolve: release } = Promise.withResolvers<void>()
  const kept = keepStore(memoryStore(), ({ documents }) => {
    if (documents.some(({ base }) => base !== undefined)) throw new Error("too large")
  })
  const store = faultyStore(kept.store, { delay: append => (append === 3 ? gate : undefined) })
  const replica = await openCore({ store })
  const state = await replica.load()
  type(replica, state, "a")
  await settle(replica)
  const fold = replica.core.compactor.fold(noteId, 0)
  while (state.inFlightShare?.base === undefined) await new Promise(setImmediate)
  const { receipt } = type(replica, state, "b")
  release()
  await expect(fold).rejects.toEqual(failed)
  await receipt?.durable
  expect([state.blocked, state.durable.version.height]).toEqual([undefined, 2])
})

/** A store that refuses every append which has a part in one document, while broken. */
function failingFor(id: DocumentId) {
  let isBroken = true
  const kept = keepStore(memoryStore(), batch => {
    if (isBroken && batch.documents.some(({ head }) => head.id === id)) throw new Error("disk full")
  })
  return {
    store: kept.store,
    heal: () => (isBroken = false),
    break: () => (isBroken = true)
  }
}
