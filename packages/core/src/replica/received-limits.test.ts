import { actorIdFromBytes, type HlcStamp, VersionVector } from "@syncline/clock"
import { expect, test } from "vitest"
import { decodeCommits } from "../codec/commit-decoder.ts"
import { encodeCommits } from "../codec/commit-encoder.ts"
import { encodeBase, maxContainers } from "../codec/facts-codec.ts"
import type { Commit, CommitHeader } from "../commit/commit.ts"
import { chainStart, sealCommit } from "../commit/commit-hash.ts"
import { type DocumentFacts, emptyFacts } from "../commit/document-facts.ts"
import { maxVersionEntries, Version } from "../commit/version.ts"
import type { DocumentId } from "../document/document-id.ts"
import { memoryStore } from "../store/memory-store.ts"
import { noteId, openCore, put, settle, type TestCore } from "../testing/core-fixture.ts"

const nothing = new Uint8Array([0, 0])

function writer(number: number): CommitHeader["dot"]["actor"] {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setUint32(4, number + 1)
  return actorIdFromBytes(bytes)
}

function firstCommit(by: number, more: Partial<CommitHeader> = {}): Commit {
  const header: CommitHeader = {
    document: noteId,
    dot: { actor: writer(by), seq: 1 },
    kind: "change",
    engine: "yjs",
    stamp: 1 as HlcStamp,
    dependencies: [],
    genesis: [],
    ...more
  }
  return sealCommit(chainStart, header, nothing)
}

function receive(replica: TestCore, commits: readonly Commit[]) {
  return replica.host.receive({ commits: decodeCommits(encodeCommits(commits)), origin: {} })
}

function containers(count: number): CommitHeader["genesis"] {
  return Array.from({ length: count }, (_, i) => ({ kind: "map", path: [`k${i}`] }))
}

/** A snapshot that claims chains as long as told, by writers 0, 1, … */
function snapshotOf(seqs: readonly number[], more: Partial<DocumentFacts> = {}) {
  const hash = new Uint8Array(32)
  const version = Version.from(seqs.map((seq, i) => ({ actor: writer(i), seq, hash })))
  const chains = new Map(version.entries.map(({ actor, seq }) => [actor, { seq, hash, tip: true }]))
  const facts = { ...emptyFacts("yjs"), version, base: version, chains, ...more }
  const snapshot = new Uint8Array([0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0])
  return { document: noteId, bytes: encodeBase({ document: noteId, facts, snapshot }) }
}

test("[RX21] predefined containers beyond what a document takes are refused; it stays readable", async () => {
  const store = memoryStore()
  const replica = await openCore({ store })
  const { rejections } = await receive(replica, [
    firstCommit(0, { genesis: containers(maxContainers) }),
    firstCommit(1, { genesis: containers(maxContainers) }),
    firstCommit(2, { genesis: [{ kind: "map", path: ["one more"] }] })
  ])
  expect(rejections).toMatchObject([{ reason: "invalid" }])
  await replica.core.close()
  const reopened = await (await openCore({ store })).load()
  expect(reopened.meta.chains.size).toBe(2)
})

test("[RX21] a document full of writers takes no more from peers, and stays readable when its own come on top", async () => {
  const store = memoryStore()
  const replica = await openCore({ store })
  const full = snapshotOf(Array.from({ length: maxVersionEntries }, () => 1))
  await replica.host.receive({ commits: [], snapshots: [full], origin: {} })
  expect((await receive(replica, [firstCommit(maxVersionEntries)])).rejections).toMatchObject([
    { reason: "invalid" }
  ])
  put(replica, await replica.load(), "title", "mine")
  await settle(replica)
  await replica.core.close()
  const reopened = await (await openCore({ store })).load()
  expect(reopened.document.value()).toMatchObject({ title: "mine" })
})

test.each<[string, ReturnType<typeof snapshotOf>]>([
  ["more commits than can be counted", snapshotOf([2 ** 41])],
  [
    "a deletion of what nobody wrote yet",
    snapshotOf([1], { deletion: VersionVector.from([[writer(7), 9]]) })
  ],
  ["more containers than a document takes", snapshotOf([1], { genesis: containers(maxContainers + 1) })]
])("[RX22] a snapshot that claims %s is refused, the document is as before", async (_, snapshot) => {
  const replica = await openCore()
  put(replica, await replica.load(), "title", "mine")
  const { rejections } = await replica.host.receive({ commits: [], snapshots: [snapshot], origin: {} })
  expect(rejections).toMatchObject([{ document: noteId, reason: "invalid" }])
  const state = await replica.load()
  expect([state.document.value(), state.meta.deleted, state.meta.chains.size]).toEqual([
    { body: "", title: "mine" },
    false,
    1
  ])
})

test("[RX23] a batch of very many documents is taken in pieces, between which others get their turn", async () => {
  const replica = await openCore()
  const many = Array.from({ length: 1_000 }, (_, i) =>
    firstCommit(0, { document: `notes/${i}` as DocumentId })
  )
  const cursor = { epoch: "ee".repeat(16), position: 9, logHash: new Uint8Array(16) }
  const commits = decodeCommits(encodeCommits(many))
  const received = replica.host.receive({ commits, cursor, origin: {} })
  let loaded = 0
  replica.core.durable.on(group => (loaded = Math.max(loaded, group.commits.length)))
  expect(await received).toEqual({ applied: 1_000, known: 0, rejections: [] })
  expect(loaded).toBeLessThan(200)
  expect(await replica.host.peerCursor(cursor.epoch)).toEqual(cursor)
})

test("[RX23] what was refused in an earlier piece keeps the cursor back", async () => {
  const replica = await openCore()
  const many = Array.from({ length: 300 }, (_, i) => firstCommit(0, { document: `notes/${i}` as DocumentId }))
  const bad = { ...many[0], document: "notes/0" as DocumentId, update: new Uint8Array([9]) } as Commit
  const commits = decodeCommits(encodeCommits([bad, ...many.slice(1)]))
  const cursor = { epoch: "ee".repeat(16), position: 9, logHash: new Uint8Array(16) }
  const report = await replica.host.receive({ commits, cursor, origin: {} })
  expect([report.applied, report.rejections.length]).toEqual([299, 1])
  expect(await replica.host.peerCursor(cursor.epoch)).toBeUndefined()
})
