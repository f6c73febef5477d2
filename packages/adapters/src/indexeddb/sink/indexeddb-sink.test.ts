import { column, memoryStore, openReplica, table, type TableDefinition } from "@syncline/core"
import {
  contractContext,
  type ContractNote,
  contractTables,
  contractVectors,
  sinkContract,
  type SinkFixture,
  SinkWorkbench
} from "@syncline/core/testing"
import { yjs } from "@syncline/core/yjs"
import { expect, test, vi } from "vitest"
import { evict, fillStorage, freshName, useFakeIndexedDb } from "../testing/fake-indexeddb.ts"
import { IndexedDbSinkDamage } from "../testing/indexeddb-sink-damage.ts"
import { contentOf, damage, openRaw } from "../testing/raw-database.ts"
import { indexedDbSink } from "./indexeddb-sink.ts"

useFakeIndexedDb()

function makeSink(): SinkFixture {
  const name = freshName()
  return {
    sink: tables => indexedDbSink(name, tables === undefined ? {} : { tables }),
    damage: new IndexedDbSinkDamage(name)
  }
}

for (const { title, run } of sinkContract("indexeddb", makeSink)) test(title, () => run())

const notes = (columns: Parameters<typeof table<ContractNote>>[1]["columns"]) =>
  table<ContractNote>("notes", { collection: "notes", columns })
const titles = notes({
  title: column.text(note => note.title, { index: true }),
  size: column.real(note => note.size)
})

/** A bench over a sink with these tables, in a database of its own. */
function benchOf(
  tables: readonly TableDefinition[] | undefined,
  name = freshName()
): { bench: SinkWorkbench; name: string } {
  const sink = () => indexedDbSink(name, tables === undefined ? {} : { tables })
  return { bench: new SinkWorkbench({ sink, damage: new IndexedDbSinkDamage(name) }), name }
}

test("[IDB30] without configuration documents lie in `documents`, for plain idb", async () => {
  const { bench, name } = benchOf(undefined)
  const session = await indexedDbSink(name).open(contractContext(bench.source))
  const document = bench.put(1)
  await bench.apply(session, document)
  const raw = await openRaw(name)
  expect(await raw.get("documents", "notes/1")).toMatchObject({
    id: "notes/1",
    collection: "notes",
    version: 1,
    digest: document.digest,
    value: JSON.stringify(document.value)
  })
  expect(await raw.getAllFromIndex("documents", "collection", "notes")).toHaveLength(1)
  raw.close()
  await session.close()
})

test("[IDB31] stores declared otherwise are made anew, others keep their rows, and the mapping's version rises once", async () => {
  const tasks = table<ContractNote>("tasks", {
    collection: "tasks",
    columns: { title: column.text(task => task.title) }
  })
  const { bench, name } = benchOf([titles, tasks])
  const session = await indexedDbSink(name, { tables: [titles, tasks] }).open(contractContext(bench.source))
  await bench.apply(session, bench.put(1))
  const indexed = notes({
    title: column.text(note => note.title),
    size: column.real(note => note.size, { index: true })
  })
  for (const [tables, version, left] of [
    [[titles], 2, 1],
    [[indexed], 3, 0],
    [[indexed], 3, 0]
  ] as const) {
    const next = await indexedDbSink(name, { tables }).open(contractContext(bench.source))
    expect([next.projection, next.watermark.position]).toEqual([version, 0])
    await next.close()
    const raw = await openRaw(name)
    expect([...raw.objectStoreNames]).toEqual(["notes", "syncline_records", "syncline_sink"])
    expect(await raw.getAll("notes")).toHaveLength(left)
    raw.close()
  }
  await expect(session.read(["notes/1"])).rejects.toMatchObject({ code: "sink-fenced" })
})

test("[IDB31] where another tab upgrades to the same version first, its object stores are not taken for ours", async () => {
  const { bench, name } = benchOf([titles])
  await (await indexedDbSink(name, { tables: [titles] }).open(contractContext(bench.source))).close()
  const indexed = notes({ size: column.real(note => note.size, { index: true }) })
  const sink = indexedDbSink(name, { tables: [indexed] })
  const opening = sink.open(contractContext(bench.source))
  // Asked for while the sink looks at what is there, and so granted before what it asks for then.
  const [, other] = await Promise.allSettled([opening, openRaw(name, 3, { upgrade: () => {} })])
  await expect(opening).rejects.toMatchObject({ code: "sink-failed" })
  if (other.status === "fulfilled") other.value.close()
  const session = await sink.open(contractContext(bench.source))
  await bench.apply(session, bench.put(1))
  await session.close()
})

test("[IDB37] a connection that does not let go is not waited for for ever, and the sink opens once it is gone", async () => {
  const name = freshName()
  const context = contractContext()
  await (await indexedDbSink(name, { tables: [titles] }).open(context)).close()
  const stubborn = await openRaw(name)
  const changed = indexedDbSink(name, {
    tables: [notes({ size: column.real(note => note.size, { index: true }) })]
  })
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] })
  const opening = changed.open(context).catch((error: unknown) => error)
  await vi.waitFor(() => expect(vi.getTimerCount()).toBe(1))
  vi.advanceTimersByTime(5000)
  expect(await opening).toMatchObject({ code: "sink-failed" })
  vi.useRealTimers()
  stubborn.close()
  const session = await changed.open(context)
  expect(session.projection).toBe(2)
  await session.close()
})

test("[IDB32] somebody else's database, object store or sink is refused and untouched", async () => {
  const context = contractContext()
  const foreign = freshName()
  ;(await openRaw(foreign, 3, { upgrade: database => void database.createObjectStore("theirs") })).close()
  const other = freshName()
  await (await indexedDbSink(other, { name: "other", tables: [titles] }).open(context)).close()
  const shared = freshName()
  await (await indexedDbSink(shared, { tables: [titles] }).open(context)).close()
  ;(await openRaw(shared, 9, { upgrade: database => void database.createObjectStore("tasks") })).close()
  const tasks = table("tasks", { columns: { id_length: column.integer((_, { id }) => id.length) } })
  for (const [name, tables] of [
    [foreign, [titles]],
    [other, [titles]],
    [shared, [titles, tasks]]
  ] as const) {
    const before = await contentOf(name)
    await expect(indexedDbSink(name, { tables }).open(context)).rejects.toMatchObject({
      code: "sink-foreign"
    })
    expect(await contentOf(name)).toEqual(before)
  }
})

test("[IDB32] a newer format is refused", async () => {
  const name = freshName()
  await (await indexedDbSink(name).open(contractContext())).close()
  await damage(name, "syncline_sink", sink => sink.put({ format: 9 }, "facts"))
  await expect(indexedDbSink(name).open(contractContext())).rejects.toMatchObject({ code: "store-newer" })
})

test.each<[string, object]>([
  ["a property too many", { title: "t", size: 1, extra: 1 }],
  ["a property less", { title: "title of 1" }],
  ["a number as text", { title: "title of 1", size: "10.5" }],
  ["an object", { title: { toString: "title of 1" }, size: 10.5 }],
  ["a date", { title: new Date(0), size: 10.5 }]
])("[IDB33] a row with %s is not what was sealed, and is mended", async (_, change) => {
  const { bench, name } = benchOf([titles])
  const session = await indexedDbSink(name, { tables: [titles] }).open(contractContext(bench.source))
  const document = bench.put(1)
  await bench.apply(session, document)
  await damage(name, "notes", rows => rows.put({ id: "notes/1", ...change }))
  const [found] = await session.read(["notes/1"])
  expect(found?.sealed).toBe(false)
  const write = await bench.write(session, document)
  expect(await session.repair([{ id: "notes/1", token: found?.token, write }])).toEqual(["swapped"])
  expect((await session.scan({ limit: 9, contents: true })).map(({ sealed }) => sealed)).toEqual([true])
  await session.close()
})

test.each<[string, object]>([
  ["a property too many", { extra: 1 }],
  ["a flag that is a number", { deleted: 0 }]
])("[IDB33] a record with %s is not what was sealed", async (_, change) => {
  const { bench, name } = benchOf([titles])
  const session = await indexedDbSink(name, { tables: [titles] }).open(contractContext(bench.source))
  await bench.apply(session, bench.put(1))
  const key = new TextEncoder().encode("notes/1")
  await damage(name, "syncline_records", async records =>
    records.put({ ...((await records.get(key.buffer)) as object), ...change }, key.buffer)
  )
  expect((await session.read(["notes/1"])).map(({ sealed }) => sealed)).toEqual([false])
  await session.close()
})

test("[IDB31] an object store that somebody dropped is made anew, and everything is projected again", async () => {
  const { bench, name } = benchOf([titles])
  const session = await indexedDbSink(name, { tables: [titles] }).open(contractContext(bench.source))
  await bench.apply(session, bench.put(1))
  ;(await openRaw(name, 9, { upgrade: database => database.deleteObjectStore("notes") })).close()
  const again = await indexedDbSink(name, { tables: [titles] }).open(contractContext(bench.source))
  expect([again.projection, again.watermark.position]).toEqual([session.projection + 1, 0])
  await again.close()
})

test("[IDB33] rows under what is no text fail verification with a message that says so", async () => {
  const { bench, name } = benchOf([titles])
  const session = await indexedDbSink(name, { tables: [titles] }).open(contractContext(bench.source))
  await damage(name, "notes", rows => rows.put({ id: 7, title: "t", size: 1 }))
  await expect(session.scan({ limit: 9, contents: true })).rejects.toMatchObject({ code: "sink-foreign" })
  await session.close()
})

test("[IDB34] a batch that finds no room changes nothing, and may be given again", async () => {
  const { bench, name } = benchOf([titles])
  const session = await indexedDbSink(name, { tables: [titles] }).open(contractContext(bench.source))
  const documents = [bench.put(1), bench.put(2)]
  const makeRoom = fillStorage()
  await expect(bench.apply(session, ...documents)).rejects.toMatchObject({
    code: "sink-failed",
    details: { domException: "QuotaExceededError" }
  })
  makeRoom()
  expect([session.watermark.position, await session.scan({ limit: 9, contents: true })]).toEqual([0, []])
  await bench.apply(session, ...documents)
  expect(await session.scan({ limit: 9, contents: true })).toHaveLength(2)
  await session.close()
})

test("[IDB35] a sink that the browser took away is made anew and has everything again", async () => {
  const name = freshName()
  const replica = await openReplica({
    store: memoryStore(),
    engine: yjs(),
    sinks: [indexedDbSink(name, { tables: [titles] })]
  })
  const write = async (id: string) =>
    (await replica.load(id)).change(draft => {
      draft["title"] = id
      draft["size"] = 1
    })
  await write("notes/a")
  await replica.sink("indexeddb").drain()
  evict(name)
  await write("notes/b")
  await replica.sink("indexeddb").drain()
  const raw = await openRaw(name)
  expect(await raw.getAllKeys("notes")).toEqual(["notes/a", "notes/b"])
  raw.close()
  await replica.close()
})

test("[IDB40] a sink that an application cleared, as at a logout, has everything again with the next batch", async () => {
  const { bench, name } = benchOf(contractTables)
  for (const key of [1, 2]) bench.put(key)
  const projector = await bench.project()
  await new IndexedDbSinkDamage(name).removeEverything()
  bench.put(3)
  await projector.drain()
  expect(await bench.verify(projector)).toMatchObject({ clean: true, sinks: [{ counts: { consistent: 3 } }] })
  await projector.close()
})

test("[IDB40] cleared, and opened with other tables, it makes them", async () => {
  const { bench, name } = benchOf(contractTables)
  await (await bench.open()).close()
  await new IndexedDbSinkDamage(name).removeEverything()
  const session = await indexedDbSink(name, { tables: [titles] }).open(contractContext(bench.source))
  await bench.apply(session, bench.put(1))
  await session.close()
  const again = await indexedDbSink(name, { tables: [titles] }).open(contractContext(bench.source))
  expect(await again.read(["notes/1"])).toMatchObject([{ sealed: true }])
  await again.close()
})

test("[IDB32] where the bookkeeping is gone and rows are left, nothing says whose they are", async () => {
  for (const cleared of [["syncline_sink"], ["syncline_sink", "syncline_records"]]) {
    const { bench, name } = benchOf([titles])
    const session = await bench.open()
    await bench.apply(session, bench.put(1))
    await session.close()
    for (const store of cleared) await damage(name, store, objects => objects.clear())
    const before = await contentOf(name)
    await expect(bench.open()).rejects.toMatchObject({ code: "sink-foreign" })
    expect(await contentOf(name)).toEqual(before)
  }
})

test("[SC21] put back to what it was before, it goes on from there", async () => {
  const { bench, name } = benchOf([titles])
  const session = await bench.open()
  await bench.apply(session, bench.put(1))
  await bench.apply(session, bench.put(2))
  const { epoch } = bench.source
  await damage(name, "syncline_sink", sink => sink.put({ epoch, position: 1 }, ["watermark", epoch]))
  await expect(bench.apply(session, bench.put(3))).rejects.toMatchObject({ code: "sink-fenced" })
  await session.close()
  const again = await bench.open()
  expect(again.watermark.position).toBe(1)
  await again.close()
})

test("[IDB38] the lease lies with the watermarks; what somebody else put in its place keeps nobody out", async () => {
  const { bench, name } = benchOf([titles])
  const sink = indexedDbSink(name, { tables: [titles] })
  const first = await sink.open(contractContext(bench.source))
  await first.takeLease?.({ holder: "first", ttlMs: 1000, nowMs: 0 })
  const raw = await openRaw(name)
  expect(await raw.get("syncline_sink", "lease")).toEqual({
    holder: "first",
    epoch: bench.source.epoch,
    fence: 1,
    untilMs: 1000
  })
  raw.close()
  await damage(name, "syncline_sink", stored => stored.put({ holder: "theirs", untilMs: "ever" }, "lease"))
  await expect(bench.apply(first, bench.put(1))).rejects.toMatchObject({ code: "sink-fenced" })
  const second = await sink.open(contractContext(bench.source))
  await second.takeLease?.({ holder: "second", ttlMs: 1000, nowMs: 0 })
  await bench.apply(second, bench.put(1))
  expect(await second.read(["notes/1"])).toMatchObject([{ sealed: true }])
  await Promise.all([first.close(), second.close()])
})

test("[SC20] a lease renewed while the others were asked to let go for an upgrade keeps the tables as they are", async () => {
  const { bench, name } = benchOf([titles])
  const session = await indexedDbSink(name, { tables: [titles] }).open(contractContext(bench.source))
  await session.takeLease?.({ holder: "one", ttlMs: 1000, nowMs: 0 })
  await bench.apply(session, bench.put(1))
  await session.close()
  const before = await contentOf(name)
  const { promise: renewed, resolve } = Promise.withResolvers<unknown>()
  const untilMs = Number.MAX_SAFE_INTEGER
  // The upgrade waits for this connection, and so for what is written through it.
  const holder = await openRaw(name, undefined, {
    blocking: () => {
      const sink = holder.transaction(["syncline_sink"], "readwrite")
      const lease = { holder: "one", epoch: bench.source.epoch, fence: 1, untilMs }
      void sink.objectStore("syncline_sink").put(lease, "lease")
      void sink.done.then(() => resolve(holder.close()))
    }
  })
  const altered = [notes({ size: column.real(note => note.size, { index: true }) })]
  const standBy = indexedDbSink(name, { tables: altered })
  await expect(standBy.open({ ...contractContext(bench.source), holder: "two" })).rejects.toMatchObject({
    code: "sink-leased",
    details: { untilMs }
  })
  await renewed
  await damage(name, "syncline_sink", async sink =>
    sink.put({ ...((await sink.get("lease")) as object), untilMs: 1000 }, "lease")
  )
  expect(await contentOf(name)).toEqual(before)
})

test("[IDB39] two replicas that know nothing of each other take turns, and records are those of the holder", async () => {
  const name = freshName()
  const open = () =>
    openReplica({
      store: memoryStore(),
      engine: yjs(),
      sinks: [{ sink: indexedDbSink(name, { tables: [titles] }), lease: {} }]
    })
  const write = async (replica: Awaited<ReturnType<typeof open>>, title: string): Promise<void> => {
    const document = await replica.load("notes/1")
    document.change(draft => Object.assign(draft, { title, size: 1 }))
  }
  const titleIn = async () => {
    const raw = await openRaw(name)
    const row = (await raw.get("notes", "notes/1")) as { title: string }
    raw.close()
    return row.title
  }
  const [first, second] = [await open(), await open()]
  for (const title of ["a", "b", "c"]) await write(first, title)
  await first.sink("indexeddb").drain()
  await write(second, "theirs")
  await second.flush()
  expect(second.sink("indexeddb").status.lastError).toMatchObject({ code: "sink-leased" })
  expect(await titleIn()).toBe("c")
  await first.close()
  second.sink("indexeddb").resume()
  await second.sink("indexeddb").drain()
  expect(await titleIn()).toBe("theirs")
  expect((await second.verify()).clean).toBe(true)
  await second.close()
})

test("[IDB36] tables with vectors are refused at declaration", () => {
  const tables = [contractVectors() as unknown as TableDefinition]
  expect(() => indexedDbSink("v", { tables })).toThrow(/vectors/)
})

test("[IDB33] a range in which nothing can lie is empty", async () => {
  const { bench, name } = benchOf([titles])
  const session = await indexedDbSink(name, { tables: [titles] }).open(contractContext(bench.source))
  await bench.apply(session, bench.put(1))
  for (const through of ["notes/1", "a"]) {
    const range = { after: "notes/1", through, limit: 9 }
    expect(await session.scan({ ...range, contents: true })).toEqual([])
    expect((await session.fingerprint?.(range))?.count).toBe(0)
  }
  await session.close()
})
