import { expect, test } from "vitest"
import { collection } from "../document/collection.ts"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { silentLogger } from "../ports/system-ports.ts"
import { memoryStore } from "../store/memory-store.ts"
import type { Store, ValueWrite } from "../store/store.ts"
import { exchange, noteId, openCore, pull, put, settle } from "../testing/core-fixture.ts"
import { faultyStore } from "../testing/faulty-store.ts"
import { keepStore } from "../testing/kept-batches.ts"
import { openReplica } from "./open-replica.ts"
import { retryPending } from "./pending-work.ts"
import type { Replica } from "./replica.ts"

interface Note {
  n: number
}

const place = ["cursors", "stream"] as const

const at = (n: number): { readonly values: readonly ValueWrite[] } => ({
  values: [{ space: place[0], key: place[1], value: Uint8Array.of(n) }]
})

const failed = { code: "store-failed" }

const open = (store: Store, version = 1): Promise<Replica> =>
  openReplica({
    store,
    engine: yjs(),
    collections: [collection<Note>("notes", { version, ...(version > 1 && { upgrades: { 2: () => {} } }) })],
    ports: { logger: silentLogger }
  })

const readFrom = (replica: Replica): Promise<Uint8Array | undefined> => replica.values.read(...place)

test("[GC12] values of a commit are on every disk that has it, and on none before", async () => {
  const kept = keepStore(memoryStore())
  const replica = await open(kept.store)
  const note = await replica.load("notes/1")
  for (const n of [1, 2, 3]) {
    note.change(draft => Object.assign(draft, { n }), at(n))
    note.patch([{ op: "add", path: "/more", value: n }], at(n + 10))
    await replica.flush()
  }
  await replica.close()
  expect(kept.disks.length).toBeGreaterThan(3)
  for (const disk of kept.disks) {
    const again = await open(disk)
    const { more } = (await again.load("notes/1")).value
    expect(await readFrom(again)).toEqual(more === undefined ? undefined : Uint8Array.of(Number(more) + 10))
    await again.close()
  }
})

test("[GC12] values of a commit that cannot be written come with its retry, and go where it is discarded", async () => {
  let isFull = true
  const kept = keepStore(memoryStore(), ({ documents }) => {
    if (isFull && documents.length > 0) throw new Error("disk full")
  })
  const replica = await open(kept.store)
  const note = await replica.load("notes/1")
  await expect(note.change(draft => Object.assign(draft, { n: 1 }), at(1)).durable).rejects.toMatchObject(
    failed
  )
  await replica.values.write([{ space: "other", key: "one", value: Uint8Array.of(1) }])
  expect(await readFrom(replica)).toBeUndefined()
  isFull = false
  await note.retry()
  expect(await readFrom(replica)).toEqual(Uint8Array.of(1))
  isFull = true
  await expect(note.change(draft => Object.assign(draft, { n: 2 }), at(2)).durable).rejects.toMatchObject(
    failed
  )
  isFull = false
  await note.discard()
  await note.change(draft => Object.assign(draft, { n: 3 })).durable
  expect(await readFrom(replica)).toEqual(Uint8Array.of(1))
  await replica.close()
})

test("[GC12] under one key the value given last stands, whichever documents the commits are of", async () => {
  const replica = await open(memoryStore())
  const [a, b] = [await replica.load("notes/1"), await replica.load("notes/2")]
  const set = (n: number) => (draft: object) => void Object.assign(draft, { n })
  a.change(set(1), at(1))
  b.change(set(2), at(2))
  await a.change(set(3), at(3)).durable
  expect(await readFrom(replica)).toEqual(Uint8Array.of(3))
  void replica.values.write(at(4).values)
  await b.change(set(5), at(5)).durable
  expect(await readFrom(replica)).toEqual(Uint8Array.of(5))
  void b.change(set(6), at(6))
  await replica.values.write(at(7).values)
  expect(await readFrom(replica)).toEqual(Uint8Array.of(7))
  await replica.close()
})

test("[GC12] a commit that is written late does not take the key back from one given after it", async () => {
  let isFull = true
  const kept = keepStore(memoryStore(), ({ documents }) => {
    if (isFull && documents.some(({ head }) => head.id === "notes/1")) throw new Error("disk full")
  })
  const replica = await open(kept.store)
  const [a, b] = [await replica.load("notes/1"), await replica.load("notes/2")]
  const late = a.change(draft => Object.assign(draft, { n: 1 }), at(1))
  await b.change(draft => Object.assign(draft, { n: 2 }), at(2)).durable
  await expect(late.durable).rejects.toMatchObject(failed)
  isFull = false
  await a.retry()
  expect(await readFrom(replica)).toEqual(Uint8Array.of(2))
  await replica.close()
})

test("[GC12] values of a commit that a received base covers before it is written come with that base", async () => {
  const { promise: gate, resolve: release } = Promise.withResolvers<void>()
  let isFull = false
  const refuse = () => {
    if (isFull) throw new Error("disk full")
  }
  const kept = keepStore(memoryStore(), refuse)
  // Two that write the same under one name, as far as they go.
  const [twin, one] = [
    await openCore({ seed: 1016 }),
    await openCore({
      seed: 1016,
      store: faultyStore(kept.store, { delay: append => (append > 2 ? gate : undefined) })
    })
  ]
  for (const each of [twin, one]) {
    put(each, await each.load(), "a", 1)
    await settle(each)
  }
  const [theirs, state] = [await twin.load(), await one.load()]
  put(twin, theirs, "b", 2)
  const change = state.document.change([{ op: "set", path: ["b"], content: { kind: "register", value: 2 } }])
  if (change !== undefined) one.core.commit(state, { kind: "change", change, origin: "local", ...at(7) })
  expect(state.meta.version.compare(theirs.meta.version)).toBe("equal")
  const third = await openCore()
  await exchange(twin, third)
  put(third, await third.load(), "c", 3)
  await exchange(twin, third)
  await twin.core.compactor.fold(noteId, 0)
  isFull = true
  const received = pull(one, twin)
  while (state.mending === undefined) await new Promise(setImmediate)
  release()
  expect((await received).rejections).toMatchObject([{ reason: "blocked" }])
  expect([state.blocked?.code, state.pending.length]).toEqual(["store-failed", 0])
  isFull = false
  await retryPending(one.core, state)
  expect(state.document.value()).toMatchObject({ a: 1, b: 2, c: 3 })
  expect(await one.core.session.readValue(...place)).toEqual(Uint8Array.of(7))
})

test("[GC12] without a commit nothing is written, and beside an upgrade it is as without", async () => {
  const store = memoryStore()
  const former = await open(store)
  const note = await former.load("notes/1")
  await note.change(draft => Object.assign(draft, { n: 1 }), at(1)).durable
  expect(note.change(draft => Object.assign(draft, { n: 1 }), at(2)).dot).toBeUndefined()
  await former.flush()
  expect(await readFrom(former)).toEqual(Uint8Array.of(1))
  await former.close()
  const replica = await open(store, 2)
  const { dot, durable } = (await replica.load("notes/1")).change(
    draft => Object.assign(draft, { n: 3 }),
    at(3)
  )
  await durable
  expect([dot?.seq, await readFrom(replica)]).toEqual([3, Uint8Array.of(3)])
  await replica.close()
})

test.each([
  [[null]],
  [7],
  [{}],
  [[{ space: "cursors", key: "stream" }]],
  [[{ space: "cursors", key: "stream", value: "text" }]],
  [[{ space: 1, key: "stream", value: Uint8Array.of(1) }]],
  [[{ space: "cursors", key: "\ud800", value: Uint8Array.of(1) }]]
])("[GC12] what is no value is refused before anything changes: %j", async given => {
  const replica = await open(memoryStore())
  const note = await replica.load("notes/1")
  // What a caller without a type checker may give.
  const options = { values: given as readonly ValueWrite[] }
  expect(() => note.change(draft => Object.assign(draft, { n: 1 }), options)).toThrow("`values`")
  expect(() => note.patch([{ op: "add", path: "/n", value: 1 }], options)).toThrow("`values`")
  expect([note.value, note.blocked]).toEqual([{}, undefined])
  await note.change(draft => Object.assign(draft, { n: 2 })).durable
  await replica.close()
})

test("[GC12] values are those of the moment they were given", async () => {
  const replica = await open(memoryStore())
  const note = await replica.load("notes/1")
  const value = Uint8Array.of(1)
  const { durable } = note.change(draft => Object.assign(draft, { n: 1 }), {
    values: [{ space: place[0], key: place[1], value }]
  })
  value.fill(9)
  await durable
  expect(await readFrom(replica)).toEqual(Uint8Array.of(1))
  await replica.close()
})
