import { expect, test } from "vitest"
import type { Commit } from "../commit/commit.ts"
import { Version } from "../commit/version.ts"
import type { DocumentId } from "../document/document-id.ts"
import { memoryStore } from "../store/memory-store.ts"
import {
  exchange,
  noteId,
  openCore,
  overTheWire,
  pull,
  put,
  settle,
  type,
  type TestCore
} from "../testing/core-fixture.ts"
import { flippingStore } from "../testing/damaged-store.ts"

async function typed(count: number, retainCommits?: number): Promise<TestCore> {
  const replica = await openCore(retainCommits === undefined ? {} : { retainCommits })
  const state = await replica.load()
  for (let i = 0; i < count; i++) {
    type(replica, state, "x", i)
    if (i % 10 === 0) await settle(replica)
  }
  await settle(replica)
  return replica
}

const seqs = (commits: readonly Commit[]) => commits.map(({ dot }) => dot.seq)

test("[DL1] a peer gets just the commits above its version", async () => {
  const replica = await typed(30)
  const [...entries] = (await replica.host.version(noteId)).entries
  const { commits: all } = await replica.host.delta(noteId, {})
  const known = Version.from(entries.map(entry => ({ ...entry, seq: 12, hash: all[11]?.hash ?? entry.hash })))
  const { commits, snapshot } = await replica.host.delta(noteId, { version: known })
  expect([seqs(commits), snapshot]).toEqual([Array.from({ length: 18 }, (_, i) => i + 13), undefined])
})

test("[DL2] a peer that applied the log up to a position gets what came after it", async () => {
  const replica = await typed(30)
  const position = replica.host.end.position
  put(replica, await replica.load(), "k", 1)
  await settle(replica)
  expect(seqs((await replica.host.delta(noteId, { after: position })).commits)).toEqual([31])
  expect((await replica.host.delta(noteId, { after: position })).through).toBe(replica.host.end.position)
  expect((await replica.host.delta(noteId, { after: replica.host.end.position })).commits).toEqual([])
})

test("[DL3] a peer behind the base gets base and tail, and then has it all", async () => {
  const replica = await typed(100, 10)
  const delta = await replica.host.delta(noteId, { after: 1 })
  expect(delta.snapshot).toBeDefined()
  expect(delta.commits.length).toBeLessThan(50)
  const peer = await openCore()
  await peer.host.receive({ ...overTheWire(delta), origin: {} })
  expect((await peer.load()).document.value()).toEqual((await replica.load()).document.value())
  expect((await peer.host.version(noteId)).compare(await replica.host.version(noteId))).toBe("equal")
})

test("[DL4] a stranger to a long history gets a snapshot, if that is smaller than the commits", async () => {
  const replica = await typed(400)
  const { snapshot, commits } = await replica.host.delta(noteId, { version: Version.empty })
  expect([snapshot === undefined, commits.length]).toEqual([false, 0])
  const peer = await openCore()
  await pull(peer, replica)
  type(peer, await peer.load(), "y")
  await exchange(peer, replica)
  expect((await peer.load()).document.value()).toEqual((await replica.load()).document.value())
})

test("[DL5] a document nobody has is an empty delta; one that does not read is an error that names it", async () => {
  const store = memoryStore()
  const replica = await openCore({ store })
  expect(await replica.host.delta("notes/none" as DocumentId, {})).toMatchObject({ commits: [] })
  type(replica, await replica.load(), "x")
  await settle(replica)
  await replica.core.close()
  const damaged = await openCore({ store: flippingStore(store, noteId, "record", 12) })
  await expect(damaged.host.delta(noteId, {})).rejects.toEqual(
    expect.objectContaining({ code: "document-unreadable", details: { document: noteId } })
  )
})

test("[DL6] a peer on another branch of a chain gets all of ours that it can check, and that it is elsewhere is said", async () => {
  const replica = await typed(5)
  const [entry] = (await replica.host.version(noteId)).entries
  if (entry === undefined) throw new Error("nothing was written")
  const forked = (seq: number) => Version.from([{ ...entry, seq, hash: new Uint8Array(8) }])
  const { commits, isElsewhere } = await replica.host.delta(noteId, { version: forked(3) })
  expect([seqs(commits), isElsewhere]).toEqual([[1, 2, 3, 4, 5], true])
  expect(await replica.host.delta(noteId, { version: forked(9) })).toMatchObject({
    commits: [],
    isElsewhere: false
  })
  const known = Version.from([{ ...entry, seq: 3, hash: commits[2]?.hash ?? entry.hash }])
  expect(await replica.host.delta(noteId, { version: known })).toMatchObject({ isElsewhere: false })
})

test("[DL3] a peer that followed the log is behind a base that a snapshot brought", async () => {
  const [source, replica] = [await typed(300), await openCore()]
  put(replica, await replica.load("notes/2"), "k", 1)
  await settle(replica)
  const { position } = replica.host.end
  await pull(replica, source)
  expect((await replica.host.delta(noteId, { after: position })).snapshot).toBeDefined()
})
