import { type HlcStamp, hlcStampFromParts } from "@syncline/clock"
import { expect, test } from "vitest"
import { encodeCommits } from "../codec/commit-encoder.ts"
import { decodeCommits } from "../codec/commit-decoder.ts"
import type { Commit } from "../commit/commit.ts"
import { sealCommit } from "../commit/commit-hash.ts"
import type { DocumentId } from "../document/document-id.ts"
import { memoryStore } from "../store/memory-store.ts"
import { noteId, openCore, pull, put, settle, type, type TestCore } from "../testing/core-fixture.ts"
import { faultyStore } from "../testing/faulty-store.ts"
import { damageHead } from "../testing/damaged-store.ts"
import { keepStore } from "../testing/kept-batches.ts"
import type { ReplicaEvent } from "./replica-events.ts"

const ids = ["notes/1", "notes/2", "notes/3"] as DocumentId[]

/** Commits of some replica in several documents, as they would be sent. */
async function written(...texts: readonly string[]): Promise<{ source: TestCore; commits: Commit[] }> {
  const source = await openCore()
  const commits: Commit[] = []
  for (const [i, text] of texts.entries())
    for (const key of text) commits.push(type(source, await source.load(ids[i]), key).commit)
  await settle(source)
  return { source, commits }
}

function packed(commits: readonly Commit[]) {
  return decodeCommits(encodeCommits(commits))
}

/** The chain with one commit's bytes replaced, hashes and all: what a hostile author can make. */
function withBytes(commits: readonly Commit[], at: number, update: Uint8Array): Commit[] {
  const out: Commit[] = []
  for (const [i, { hash: _, update: old, ...header }] of commits.entries())
    out.push(sealCommit(out.at(-1)?.hash ?? new Uint8Array(32), header, i === at ? update : old))
  return out
}

const garbage = new Uint8Array([255, 255, 255, 7])

test("[RX10] a batch is one append, with its cursor", async () => {
  const { source, commits } = await written("abc", "d", "e")
  const kept = keepStore(memoryStore())
  const replica = await openCore({ store: kept.store })
  const cursor = { epoch: source.host.epoch, position: 5, logHash: source.host.end.hash }
  const before = kept.batches.length
  const report = await replica.host.receive({ commits: packed(commits), cursor, origin: {} })
  expect(report).toEqual({ applied: 5, known: 0, rejections: [] })
  expect(
    kept.batches.slice(before).map(({ documents, values }) => [documents.length, values?.length])
  ).toEqual([[3, 1]])
  expect(await replica.host.peerCursor(cursor.epoch)).toEqual(cursor)
})

test("[RX11] bytes the engine refuses are rejected with all that follows in the document; what was before stays", async () => {
  const { commits } = await written("abcd", "x")
  const bad = [...withBytes(commits.slice(0, 4), 2, garbage), ...commits.slice(4)]
  const replica = await openCore()
  const report = await replica.host.receive({ commits: packed(bad), origin: {} })
  expect(report.applied).toBe(3)
  expect(report.rejections).toMatchObject([
    { document: "notes/1", reason: "invalid", version: { height: 2 } }
  ])
  expect((await replica.load("notes/1")).document.value()).toEqual({ body: "ba" })
  expect((await replica.load("notes/2")).document.value()).toEqual({ body: "x" })
})

test("[RX11] a document whose engine choked is loaded again, with what was pending", async () => {
  const { commits } = await written("abcd")
  const replica = await openCore()
  const state = await replica.load()
  const events: ReplicaEvent[] = []
  replica.core.events.on(event => events.push(event))
  type(replica, state, "mine")
  await replica.host.receive({ commits: packed(withBytes(commits, 1, garbage)), origin: {} })
  expect(events.map(event => event.type)).toContain("reloaded")
  expect((state.document.value() as { body: string }).body).toContain("mine")
  type(replica, state, "!")
  await settle(replica)
  const copy = await openCore()
  await pull(copy, replica)
  expect((await copy.load()).document.value()).toEqual(state.document.value())
})

test("[RX11] what was on its way to the store when the engine choked is in the document that is loaded again", async () => {
  const { promise: gate, resolve: release } = Promise.withResolvers<void>()
  const { commits } = await written("ab")
  const store = memoryStore()
  const replica = await openCore({
    store: faultyStore(store, { delay: append => (append > 1 ? gate : undefined) })
  })
  const state = await replica.load()
  type(replica, state, "mine")
  while (state.inFlight === undefined) await Promise.resolve()
  const receiving = replica.host.receive({ commits: packed(withBytes(commits, 0, garbage)), origin: {} })
  await new Promise(setImmediate)
  release()
  await receiving
  expect(state.document.value()).toEqual({ body: "mine" })
  type(replica, state, "still ")
  await settle(replica)
  await replica.core.close()
  expect((await (await openCore({ store })).load()).document.value()).toEqual({ body: "still mine" })
})

test.each(["a", "ab"])(
  "[RX12] received content is durable once `receive` settles, also where %s came twice at the same time",
  async text => {
    const { commits } = await written(text)
    const { promise: gate, resolve: release } = Promise.withResolvers<void>()
    const replica = await openCore({
      store: faultyStore(memoryStore(), { delay: append => (append > 1 ? gate : undefined) })
    })
    const settled: string[] = []
    const first = replica.host
      .receive({ commits: packed(commits), origin: {} })
      .then(() => settled.push("first"))
    await new Promise(setImmediate)
    const second = replica.host
      .receive({ commits: packed(commits), origin: {} })
      .then(report => settled.push(`known ${report.known}`))
    await new Promise(setImmediate)
    expect(settled).toEqual([])
    release()
    await Promise.all([first, second])
    expect(settled.sort()).toEqual(["first", `known ${text.length}`])
    expect((await replica.host.version(noteId)).height).toBe(text.length)
  }
)

test("[RX13] a cursor is saved only when nothing of its batch was rejected", async () => {
  const { source, commits } = await written("abc", "x")
  const replica = await openCore()
  const cursor = { epoch: source.host.epoch, position: 4, logHash: source.host.end.hash }
  const gap = commits.filter((_, i) => i !== 1)
  const report = await replica.host.receive({ commits: packed(gap), cursor, origin: {} })
  expect(report.rejections).toMatchObject([{ document: "notes/1", reason: "missing-dependency" }])
  expect(await replica.host.peerCursor(cursor.epoch)).toBeUndefined()
  expect((await replica.load("notes/2")).document.value()).toEqual({ body: "x" })
})

test("[RX14] stamps of the far future are kept, reported, and do not move the clock", async () => {
  const far = hlcStampFromParts(Date.UTC(2060, 0), 0)
  const { commits } = await written("a")
  const [{ hash: _, update, ...header }] = commits as [Commit]
  const replica = await openCore()
  const events: ReplicaEvent[] = []
  replica.core.events.on(event => events.push(event))
  await replica.host.receive({
    commits: packed([sealCommit(new Uint8Array(32), { ...header, stamp: far }, update)]),
    origin: {}
  })
  const state = await replica.load()
  expect(state.meta.stamp).toBe(far)
  expect(events).toContainEqual({ type: "untrusted-stamp", count: 1 })
  expect(type(replica, state, "b").commit.stamp).toBeLessThan(far)
})

function ahead(ms: number): HlcStamp {
  return hlcStampFromParts(Date.UTC(2026, 0) + ms, 0)
}

test("[RX15] the clock follows what was received once it is durable, and not what was refused or could not be written", async () => {
  const { commits } = await written("ab")
  const [{ hash: _, update, ...header }] = commits as [Commit]
  const stamped = (stamp: HlcStamp, bytes = update) =>
    packed([sealCommit(new Uint8Array(32), { ...header, stamp }, bytes)])
  const replica = await openCore({ store: faultyStore(memoryStore(), { failBefore: [2] }) })
  await replica.host.receive({ commits: stamped(ahead(200_000)), origin: {} })
  expect(replica.core.clock.last ?? 0).toBeLessThan(ahead(100_000))
  const other = await openCore()
  await other.host.receive({ commits: stamped(ahead(200_000), garbage), origin: {} })
  expect(other.core.clock.last ?? 0).toBeLessThan(ahead(100_000))
  await other.host.receive({ commits: stamped(ahead(200_000)), origin: {} })
  expect(other.core.clock.last).toBeGreaterThanOrEqual(ahead(200_000))
})

test("[RX16] a local commit is stamped after all it builds on, durable or not", async () => {
  const { commits } = await written("a")
  const [{ hash: _, update, ...header }] = commits as [Commit]
  const stamp = hlcStampFromParts(Date.UTC(2026, 0) + 200_000, 0)
  const replica = await openCore()
  const state = await replica.load()
  const receiving = replica.host.receive({
    commits: packed([sealCommit(new Uint8Array(32), { ...header, stamp }, update)]),
    origin: {}
  })
  while (state.pending.length === 0) await Promise.resolve()
  expect(type(replica, state, "b").commit.stamp).toBeGreaterThan(stamp)
  await receiving
})

test("[RX17] a dot of one's own that one did not write means a new name before the next commit", async () => {
  const { source, commits } = await written("abc")
  const { actor } = source.core.identity
  const events: ReplicaEvent[] = []
  source.core.events.on(event => events.push(event))
  const state = await source.load()
  const { hash, update, ...header } = commits[2] as Commit
  await source.host.receive({
    commits: packed([sealCommit(hash, { ...header, dot: { actor, seq: 4 } }, update)]),
    origin: {}
  })
  expect(events).toMatchObject([{ type: "identity-rotated" }])
  expect(type(source, state, "d").commit.dot.actor).not.toBe(actor)
  await settle(source)
  await source.core.close()
  const again = await openCore({ store: source.store })
  expect(again.core.identity.actor).toBe(source.core.identity.actor)
})

test("[RX18] a document that cannot be read is reported, and harms no other", async () => {
  const { commits } = await written("a", "b")
  const disk = memoryStore()
  const replica = await openCore({ store: disk })
  await replica.host.receive({ commits: packed(commits), origin: {} })
  await replica.core.close()
  await damageHead(disk, "notes/1" as DocumentId)
  const again = await openCore({ store: disk })
  const { commits: more } = await written("c", "d")
  const report = await again.host.receive({ commits: packed(more), origin: {} })
  expect(report.rejections).toMatchObject([{ document: "notes/1", reason: "unreadable" }])
  expect(report.applied).toBe(1)
})

test("[RX19] received commits do not keep the frame alive they came in", async () => {
  const { commits } = await written("abc")
  const replica = await openCore()
  const state = await replica.load()
  const receiving = replica.host.receive({ commits: packed(commits), origin: {} })
  while (state.pending.length === 0) await Promise.resolve()
  for (const { commit } of state.pending) expect(commit.update.buffer.byteLength).toBe(commit.update.length)
  await receiving
})

test("[RX20] what came from a peer is told with its origin, and is not sent back as a local change", async () => {
  const { source } = await written("abc")
  const replica = await openCore()
  const origins: unknown[] = []
  replica.core.durable.on(({ origin }) => origins.push(origin))
  await pull(replica, source)
  put(replica, await replica.load(), "k", 1)
  await settle(replica)
  expect(origins).toEqual([replica.origin, undefined])
})

test("[RX24] a damaged commit of a document that is not here leaves none, whose absence elsewhere would part roots for ever", async () => {
  const { commits } = await written("ab")
  const damaged = packed(commits).map(commit => ({ ...commit, document: "notes/9" as DocumentId }))
  const replica = await openCore()
  const report = await replica.host.receive({ commits: damaged, origin: {} })
  await settle(replica)
  expect(report.rejections.map(({ reason }) => reason)).toEqual(["invalid"])
  expect(await replica.host.unitRoots()).toEqual([])
})
