import { expect, test } from "vitest"
import { decodeBase, encodeBase } from "../codec/facts-codec.ts"
import { countLength } from "../testing/count-length.ts"
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
import type { MemoryStore } from "../store/memory-store.ts"
import type { ReplicaEvent } from "./replica-events.ts"

async function folded(text: string): Promise<TestCore> {
  const replica = await openCore()
  for (const [i, key] of text.split("").entries()) {
    type(replica, await replica.load(), key, i)
    await settle(replica)
  }
  await replica.core.compactor.fold(noteId, 0)
  return replica
}

async function expectSame(...replicas: readonly TestCore[]): Promise<void> {
  const seen = await Promise.all(
    replicas.map(async replica => [
      (await replica.load()).document.value(),
      Buffer.from((await replica.host.version(noteId)).digest(noteId)).toString("hex"),
      (await replica.load()).meta.version.compare(await replica.host.version(noteId))
    ])
  )
  for (const one of seen) expect(one).toEqual(seen[0])
}

test("[CP8] an empty document takes a snapshot as its base", async () => {
  const [a, b] = [await folded("abc"), await openCore()]
  expect(await pull(b, a)).toEqual({ applied: 0, known: 0, rejections: [] })
  await expectSame(a, b)
  expect((await b.core.session.loadDocument(noteId))?.base).toEqual(
    (await a.core.session.loadDocument(noteId))?.base
  )
})

test("[CP9] a snapshot over a document with content of its own keeps both, in memory and in the store", async () => {
  const [a, b] = [await folded("abc"), await openCore()]
  await pull(b, a)
  type(b, await b.load(), "B")
  type(a, await a.load(), "A")
  await settle(a)
  await a.core.compactor.fold(noteId, 0)
  const state = await b.load()
  const { native } = state.document
  await pull(b, a)
  expect(state.document.native).toBe(native)
  await exchange(a, b)
  await expectSame(a, b)
  await b.core.close()
  await expectSame(a, await openCore({ store: b.store }))
})

test("[CP9] local changes that are on their way when a snapshot comes are kept, and become durable", async () => {
  const [a, b] = [await folded("abc"), await openCore()]
  const state = await b.load()
  const handles = [put(b, state, "k", 1)]
  const pulling = pull(b, a)
  for (let i = 0; i < 5; i++) {
    handles.push(put(b, state, `k${i}`, i))
    await Promise.resolve()
  }
  await pulling
  await Promise.all(handles.map(async ({ receipt }) => receipt?.durable))
  await exchange(a, b)
  await expectSame(a, b)
  expect(state.document.value()).toMatchObject({ body: "abc", k: 1, k4: 4 })
})

test("[CP10] two folded documents become one, and both sides agree", async () => {
  const [a, b] = [await folded("abc"), await folded("xyz")]
  await exchange(a, b, 2)
  await expectSame(a, b)
  for (const one of [a, b]) await one.core.close()
  await expectSame(await openCore({ store: a.store }), await openCore({ store: b.store }))
})

test("[CP11] a snapshot of another document or engine, or with bytes that do not load, changes nothing", async () => {
  const [a, b] = [await folded("abc"), await openCore()]
  type(b, await b.load(), "mine")
  await settle(b)
  const { snapshot } = await a.host.delta(noteId, {})
  const base = decodeBase(snapshot?.bytes ?? new Uint8Array(), 1e6)
  const bad = [
    { ...base, document: "notes/2" as typeof noteId },
    { ...base, snapshot: base.snapshot.subarray(0, 20) },
    { ...base, facts: { ...base.facts, engine: "loro" } }
  ].map(encodeBase)
  const reasons: unknown[] = []
  for (const bytes of [new Uint8Array(40), ...bad]) {
    const report = await b.host.receive({ commits: [], snapshots: [{ document: noteId, bytes }], origin: {} })
    reasons.push(...report.rejections.map(({ reason }) => reason))
  }
  expect(reasons).toEqual(["invalid", "invalid", "invalid", "engine-unknown"])
  expect((await b.load()).document.value()).toEqual({ body: "mine" })
  await exchange(a, b)
  await expectSame(a, b)
})

test("[CP12] a snapshot with commits under one's own name that are not here means a new name", async () => {
  const a = await openCore()
  type(a, await a.load(), "a")
  await settle(a)
  const b = await openCore({
    store: (a.store as MemoryStore).clone()
  })
  type(b, await b.load(), "b")
  await settle(b)
  await b.core.compactor.fold(noteId, 0)
  const events: ReplicaEvent[] = []
  a.core.events.on(event => events.push(event))
  const { actor } = a.core.identity
  await a.host.receive({ ...overTheWire(await b.host.delta(noteId, { after: 0 })), origin: {} })
  expect(events.map(event => event.type)).toContain("identity-rotated")
  expect(type(a, await a.load(), "c").commit.dot.actor).not.toBe(actor)
})

test("[CP13] what an observer writes in answer to a snapshot is no fork", async () => {
  const [a, b] = [await folded("abc"), await openCore()]
  await pull(b, a)
  type(b, await b.load(), "B")
  type(a, await a.load(), "A")
  await settle(a)
  await a.core.compactor.fold(noteId, 0)
  const events: ReplicaEvent[] = []
  b.core.events.on(event => events.push(event))
  countLength((await b.load()).document)
  await pull(b, a)
  await exchange(a, b, 2)
  await expectSame(a, b)
  expect(events.map(event => event.type)).not.toContain("quarantined")
})
