import { expect, test } from "vitest"
import type { Conflict } from "../conflict/conflict.ts"
import { automerge } from "../engine/automerge/automerge-engine.ts"
import type { Engine } from "../engine/engine.ts"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { memoryStore } from "../store/memory-store.ts"
import { memoryWitness } from "../store/memory-witness.ts"
import {
  edit,
  exchange,
  noteId,
  openCore,
  overTheWire,
  pull,
  put,
  settle,
  type TestCore,
  type
} from "../testing/core-fixture.ts"
import { keepStore } from "../testing/kept-batches.ts"
import { conflictRemoval } from "./conflict-values.ts"
import { Conflicts } from "./conflicts.ts"
import { markDamaged, reload } from "./mend.ts"
import { retryPending } from "./pending-work.ts"

await automerge().ready?.()

async function pair(): Promise<readonly [TestCore, TestCore]> {
  return [await openCore(), await openCore()]
}

/** Both set a key, knowing nothing of each other. */
async function disagree(a: TestCore, b: TestCore, key = "x"): Promise<void> {
  put(a, await a.load(), key, "a")
  put(b, await b.load(), key, "b")
}

async function recordsOf(replica: TestCore): Promise<readonly Conflict[]> {
  await settle(replica)
  const records: Conflict[] = []
  for await (const record of new Conflicts(replica.core).list()) records.push(record)
  return records
}

test("[CF10] both sides have the record once they have each other's commits", async () => {
  const [a, b] = await pair()
  await disagree(a, b)
  await exchange(a, b)
  const [record, ...more] = await recordsOf(a)
  expect(more).toEqual([])
  expect(record).toMatchObject({ document: noteId, kind: "write-write", path: ["x"], rule: "engine" })
  expect(record?.sides.map(({ value }) => JSON.stringify(value)).sort()).toEqual(['"a"', '"b"'])
  expect(await recordsOf(b)).toEqual([record])
  const value = (await a.load()).document.value().x
  expect(record?.sides.find(({ dot }) => dot.actor === record.winner?.actor)?.value).toBe(value)
})

test("[CF11] a record is written in the append of the commit that made the conflict", async () => {
  const kept = keepStore(memoryStore())
  const [a, b] = [await openCore({ store: kept.store }), await openCore()]
  await disagree(a, b)
  await settle(a)
  const before = kept.batches.length
  await pull(a, b)
  const appends = kept.batches.slice(before)
  expect(appends.map(({ documents }) => documents.length)).toEqual([1])
  expect(appends.flatMap(({ values }) => (values ?? []).map(({ space }) => space))).toEqual(["conflict"])
})

test("[CF12] where nobody works at once nothing is prepared, read or written", async () => {
  const kept = keepStore(memoryStore())
  const [a, b] = [await openCore({ store: kept.store }), await openCore()]
  for (let i = 0; i < 10; i++) {
    put(a, await a.load(), "x", i)
    await exchange(a, b)
    type(b, await b.load(), "b")
    await exchange(b, a)
  }
  for (const replica of [a, b]) expect((await replica.load()).conflicts).toBeUndefined()
  expect(
    kept.batches.flatMap(({ values }) => values ?? []).filter(({ space }) => space === "conflict")
  ).toEqual([])
})

test("[CF13] a record outlives opening again, and grows when a third side comes in after it", async () => {
  const [store, witness] = [memoryStore(), memoryWitness()]
  const [a, b, c] = [await openCore({ store, witness }), await openCore(), await openCore()]
  await disagree(a, b)
  put(c, await c.load(), "x", "c")
  await pull(a, b)
  const [before] = await recordsOf(a)
  await a.core.close()
  const again = await openCore({ store, witness })
  expect(await recordsOf(again)).toEqual([before])
  await pull(again, c)
  const [after, ...more] = await recordsOf(again)
  expect(more).toEqual([])
  expect(after?.sides.map(({ value }) => JSON.stringify(value)).sort()).toEqual(['"a"', '"b"', '"c"'])
  await pull(c, b)
  await pull(c, again)
  expect(await recordsOf(c)).toEqual([after])
})

test("[CF14] folding the log keeps records", async () => {
  const [a, b] = await pair()
  await disagree(a, b)
  await pull(a, b)
  const before = await recordsOf(a)
  await a.core.compactor.fold(noteId, 0)
  expect(await recordsOf(a)).toEqual(before)
  await disagree(a, b, "y")
  await pull(a, b)
  expect((await recordsOf(a)).map(({ path }) => path?.join() ?? "").sort()).toEqual(["x", "y"])
})

test("[CF15] those with the oldest commits go when there are too many", async () => {
  const [a, b] = [await openCore({ retainConflicts: 2 }), await openCore()]
  for (const key of ["one", "two", "three"]) {
    await disagree(a, b, key)
    await exchange(a, b)
  }
  expect((await recordsOf(a)).map(({ path }) => path?.join() ?? "").sort()).toEqual(["three", "two"])
  expect(await recordsOf(b)).toHaveLength(3)
})

test("[CF16] records are listed by document, collection and kind, on from any of them", async () => {
  const [a, b] = await pair()
  for (const id of ["notes/1", "notes/10", "tasks/1"]) {
    put(a, await a.load(id), "x", 1)
    put(b, await b.load(id), "x", 2)
    await pull(a, b, id as typeof noteId)
  }
  await settle(a)
  const conflicts = new Conflicts(a.core)
  const list = async (...given: Parameters<Conflicts["list"]>) => {
    const documents: string[] = []
    for await (const { document } of conflicts.list(...given)) documents.push(document)
    return documents
  }
  expect(await list()).toEqual(["notes/1", "notes/10", "tasks/1"])
  expect(await list({ document: "notes/1" })).toEqual(["notes/1"])
  expect(await list({ collection: "notes" })).toEqual(["notes/1", "notes/10"])
  expect(await list({ kind: "delete-edit" })).toEqual([])
  const [first] = await recordsOf(a)
  expect(await list({}, first)).toEqual(["notes/10", "tasks/1"])
  expect(await conflicts.get("notes/1", first?.id ?? "")).toEqual(first)
  expect(await conflicts.get("notes/10", first?.id ?? "")).toBeUndefined()
})

test("[CF17] subscribers hear of a record when it is durable, and of one that is no more", async () => {
  const [a, b] = await pair()
  const heard: string[] = []
  const stop = new Conflicts(a.core).subscribe(event => heard.push(event.type))
  await disagree(a, b)
  await pull(a, b)
  expect(heard).toEqual(["found"])
  put(b, await b.load(), "x", "a")
  await pull(a, b)
  expect(heard).toEqual(["found", "gone"])
  expect(await recordsOf(a)).toEqual([])
  stop()
  await disagree(a, b, "y")
  await pull(a, b)
  expect(heard).toHaveLength(2)
})

test("[CF18] an append that fails takes no record with it; a retry writes both", async () => {
  let isFull = false
  const refuse = (): void => {
    if (isFull) throw new Error("disk full")
  }
  const [a, b] = [await openCore({ store: keepStore(memoryStore(), refuse).store }), await openCore()]
  await disagree(a, b)
  await settle(a)
  isFull = true
  await pull(a, b)
  isFull = false
  expect(await recordsOf(a)).toEqual([])
  const heard: string[] = []
  new Conflicts(a.core).subscribe(({ type: what }) => heard.push(what))
  await retryPending(a.core, await a.load())
  expect(heard).toEqual(["found"])
  expect(await recordsOf(a)).toHaveLength(1)
})

test("[CF25] where conflicts cannot be looked for, commits are taken all the same, and it is told once", async () => {
  const engine: Engine = {
    ...yjs(),
    open: options =>
      Object.assign(yjs().open(options), {
        footprints: () => {
          throw new Error("no footprints today")
        }
      })
  }
  const [a, b] = [await openCore({ engine }), await openCore()]
  const told: string[] = []
  a.core.events.on(event => told.push(event.type))
  for (const key of ["x", "y"]) {
    await disagree(a, b, key)
    expect(await pull(a, b)).toMatchObject({ applied: 1, rejections: [] })
  }
  expect(told).toEqual(["conflicts-unknown"])
  expect(await recordsOf(a)).toEqual([])
})

test("[CF26] values that take more than 32 KiB together are left out", async () => {
  const [a, b] = await pair()
  put(a, await a.load(), "x", "a".repeat(20_000))
  put(b, await b.load(), "x", "b".repeat(20_000))
  await pull(a, b)
  const [record] = await recordsOf(a)
  expect(record?.sides.map(({ action, value }) => [action, typeof value])).toEqual([
    ["set", "string"],
    ["set", "undefined"]
  ])
})

test.each([yjs(), automerge()])(
  "[CF3] what was folded, deleted and forgotten is still known to be what was edited ($name)",
  async engine => {
    const [a, b] = [await openCore({ engine }), await openCore({ engine })]
    const entries = new Map([["done", { kind: "register", value: false } as const]])
    edit(a, await a.load(), { op: "set", path: ["task"], content: { kind: "map", entries } })
    await exchange(a, b)
    await b.core.compactor.fold(noteId, 0)
    edit(b, await b.load(), { op: "remove", path: ["task"] })
    edit(a, await a.load(), { op: "set", path: ["task", "done"], content: { kind: "register", value: true } })
    await exchange(a, b)
    const records = await recordsOf(b)
    expect(records.map(({ kind, path }) => [kind, path])).toEqual([["delete-edit", ["task"]]])
    expect(await recordsOf(a)).toEqual(records)
  }
)

test("[CF3] an element deleted and edited inside, through replicas", async () => {
  const [a, b] = await pair()
  const entries = new Map([["done", { kind: "register", value: false } as const]])
  edit(a, await a.load(), { op: "set", path: ["task"], content: { kind: "map", entries } })
  await exchange(a, b)
  edit(a, await a.load(), { op: "remove", path: ["task"] })
  edit(b, await b.load(), { op: "set", path: ["task", "done"], content: { kind: "register", value: true } })
  await exchange(a, b)
  expect((await recordsOf(a)).map(({ kind, path }) => [kind, path])).toEqual([["delete-edit", ["task"]]])
  expect(await recordsOf(b)).toEqual(await recordsOf(a))
})

test("[CF11] also the first conflict of a document leaves a batch one append, with its cursor", async () => {
  const kept = keepStore(memoryStore())
  const [a, b] = [await openCore({ store: kept.store }), await openCore()]
  await disagree(a, b)
  await settle(a)
  await settle(b)
  const before = kept.batches.length
  const delta = await b.host.delta(noteId, { version: await a.host.version(noteId) })
  const cursor = { epoch: "b", position: 1, logHash: new Uint8Array(16) }
  await a.host.receive({ ...overTheWire(delta), origin: a.origin, cursor })
  const spaces = kept.batches
    .slice(before)
    .map(({ values }) => (values ?? []).map(({ space }) => space).sort())
  expect(spaces).toEqual([["conflict", "peer-cursor"]])
})

test("[CF13] after opening again only what is new is written", async () => {
  const [disk, witness] = [memoryStore(), memoryWitness()]
  const [a, b] = [await openCore({ store: disk, witness }), await openCore()]
  await disagree(a, b)
  await pull(a, b)
  await a.core.close()
  const kept = keepStore(disk)
  const again = await openCore({ store: kept.store, witness })
  put(b, await b.load(), "other", 1)
  await pull(again, b)
  await settle(again)
  expect((await again.load()).conflicts).toBeDefined()
  expect(
    kept.batches.flatMap(({ values }) => values ?? []).filter(({ space }) => space === "conflict")
  ).toEqual([])
})

test.each([yjs(), automerge()])(
  "[CF20] a document that was loaded again goes on finding conflicts ($name)",
  async engine => {
    const [a, b] = [await openCore({ engine }), await openCore({ engine })]
    type(a, await a.load(), "hello")
    await exchange(a, b)
    await disagree(a, b)
    await exchange(a, b)
    await reload(a.core, await a.load())
    for (const [replica, insert] of [
      [a, "HELLO"],
      [b, "Hi"]
    ] as const)
      edit(replica, await replica.load(), { op: "splice", path: ["body"], index: 0, remove: 5, insert })
    await pull(a, b)
    expect((await recordsOf(a)).map(({ path }) => path?.join() ?? "").sort()).toEqual(["body", "x"])
  }
)

test("[CF20] a document that was damaged when they came has its conflicts found", async () => {
  const [a, b] = await pair()
  await disagree(a, b)
  await settle(a)
  markDamaged(await a.load())
  await pull(a, b)
  expect(await recordsOf(a)).toHaveLength(1)
})

test("[CF20] a document that took a snapshot over commits it never had goes on finding conflicts", async () => {
  const [a, b, c] = [await openCore(), await openCore(), await openCore()]
  await disagree(a, b)
  await exchange(a, b)
  for (let i = 0; i < 3; i++) put(b, await b.load(), "other", i)
  await pull(c, b)
  await c.core.compactor.fold(noteId, 0)
  await pull(a, c)
  await disagree(a, b, "y")
  await pull(a, b)
  expect((await recordsOf(a)).map(({ path }) => path?.join() ?? "").sort()).toEqual(["x", "y"])
})

test("[CF21] a record that was lost is written again when the document is looked at next", async () => {
  const [store, witness] = [memoryStore(), memoryWitness()]
  const [a, b] = [await openCore({ store, witness }), await openCore()]
  await disagree(a, b)
  await pull(a, b)
  const [record] = await recordsOf(a)
  await a.core.session.append({ documents: [], values: [conflictRemoval(noteId, record?.id ?? "")] })
  await a.core.close()
  const again = await openCore({ store, witness })
  expect(await recordsOf(again)).toEqual([])
  put(b, await b.load(), "other", 1)
  await pull(again, b)
  expect(await recordsOf(again)).toEqual([record])
})

test("[EV6] conflicts are events of the replica, too, once they are durable", async () => {
  const [a, b] = await pair()
  const told: unknown[] = []
  a.core.events.on(event => event.type === "conflict" && told.push(event))
  await disagree(a, b)
  await exchange(a, b)
  const [conflict] = await recordsOf(a)
  expect(told).toEqual([{ type: "conflict", event: { type: "found", conflict } }])
})
