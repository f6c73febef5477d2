import { expect, test } from "vitest"
import type * as Y from "yjs"
import { auditTrail } from "../audit/audit-feature.ts"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { collection } from "../document/collection.ts"
import type { DocumentId } from "../document/document-id.ts"
import { text } from "../document/shape.ts"
import { presence } from "../presence/presence-feature.ts"
import { table } from "../projection/table.ts"
import { memoryStore } from "../store/memory-store.ts"
import { memoryWitness } from "../store/memory-witness.ts"
import { MemorySinkPlace, memorySink } from "../testing/memory-sink.ts"
import { keepStore } from "../testing/kept-batches.ts"
import { silentLogger } from "../ports/system-ports.ts"
import { decodeCommits } from "../codec/commit-decoder.ts"
import { encodeCommits } from "../codec/commit-encoder.ts"
import { openReplica, type ReplicaOptions } from "./open-replica.ts"
import type { Replica } from "./replica.ts"

function open(options: Partial<ReplicaOptions> = {}): Promise<Replica> {
  return openReplica({ store: memoryStore(), engine: yjs(), ports: { logger: silentLogger }, ...options })
}

async function send(from: Replica, to: Replica, id: string): Promise<void> {
  await from.flush()
  const document = id as DocumentId
  const { commits } = await from.host.delta(document, { version: await to.host.version(document) })
  await to.host.receive({ commits: decodeCommits(encodeCommits(commits)), origin: {} })
}

function code(expected: string): object {
  return expect.objectContaining({ code: expected }) as object
}

test("[RE10] a change shows at once in value, version and subscribers, and is durable when it says so", async () => {
  const store = memoryStore()
  const replica = await open({ store })
  const note = await replica.load("notes/1")
  const heard: unknown[] = []
  note.subscribe(change => heard.push(change))
  const handle = note.change(draft => Object.assign(draft, { title: "hello" }))
  expect([note.value, note.version.height, heard]).toEqual([
    { title: "hello" },
    1,
    [{ paths: [["title"]], origin: "local" }]
  ])
  expect(handle.dot).toEqual({ actor: replica.actor, seq: 1 })
  await handle.durable
  await replica.close()
  expect((await (await open({ store })).load("notes/1")).value).toEqual({ title: "hello" })
})

test("[RE11] what changes nothing makes no commit, and what throws does nothing", async () => {
  const replica = await open()
  const note = await replica.load("notes/1")
  await expect(note.change(() => {}).durable).resolves.toBeUndefined()
  expect(() =>
    note.change(draft => {
      Object.assign(draft, { half: 1 })
      throw new Error("on purpose")
    })
  ).toThrow("on purpose")
  expect([note.exists, note.value]).toEqual([false, {}])
})

test("[RE12] a deleted document refuses changes, keeps its content, and is alive again once brought back", async () => {
  const replica = await open()
  const note = await replica.load("notes/1")
  note.change(draft => Object.assign(draft, { title: "kept" }))
  note.delete()
  expect([note.deleted, note.value]).toEqual([true, { title: "kept" }])
  expect(() => note.change(draft => Object.assign(draft, { title: "no" }))).toThrow(code("document-deleted"))
  expect(() => note.text("title").insert(0, "no")).toThrow(code("document-deleted"))
  note.undelete()
  expect(note.deleted).toBe(false)
  expect(note.undelete().dot).toBeUndefined()
})

test("[RE12] making a container for an editor does not bring a deleted document back", async () => {
  const notes = collection("notes", { fields: { body: text() } })
  const replica = await open({ collections: [notes] })
  const note = await replica.load(notes, "1")
  note.delete()
  expect(() => note.ensureContainer("body")).toThrow(code("document-deleted"))
  expect(note.deleted).toBe(true)
  await replica.close()
  expect(() => note.ensureContainer("body")).toThrow(code("replica-closed"))
})

test("[RE13] an edit made without knowing of a deletion brings the document back, on both sides", async () => {
  const [a, b] = [await open(), await open()]
  const [mine, theirs] = [await a.load("notes/1"), await b.load("notes/1")]
  mine.change(draft => Object.assign(draft, { n: 1 }))
  await send(a, b, "notes/1")
  mine.delete()
  theirs.change(draft => Object.assign(draft, { n: 2 }))
  await send(a, b, "notes/1")
  await send(b, a, "notes/1")
  expect([mine.deleted, theirs.deleted, mine.value]).toEqual([false, false, { n: 2 }])
})

test("[RE14] two deletions at once are one, and outlive opening again", async () => {
  const store = memoryStore()
  const [a, b] = [await open({ store }), await open()]
  const [mine, theirs] = [await a.load("notes/1"), await b.load("notes/1")]
  mine.change(draft => Object.assign(draft, { n: 1 }))
  await send(a, b, "notes/1")
  mine.delete()
  theirs.delete()
  await send(a, b, "notes/1")
  await send(b, a, "notes/1")
  expect([mine.deleted, theirs.deleted]).toEqual([true, true])
  await a.close()
  expect((await (await open({ store })).load("notes/1")).deleted).toBe(true)
})

test("[RE15] annotations travel with their commit; what could not be read again is refused before anything changes", async () => {
  const [a, b] = [await open(), await open()]
  const note = await a.load("notes/1")
  const metas: unknown[] = []
  b.host.onDurable(({ commits }) => metas.push(...commits.map(({ meta }) => meta)))
  note.change(draft => Object.assign(draft, { n: 1 }), { meta: { author: "ada", at: [1] } })
  await send(a, b, "notes/1")
  expect(metas).toEqual([{ author: "ada", at: [1] }])
  for (const meta of [{ bad: Number.NaN }, { long: "x".repeat(70_000) }])
    expect(() => note.change(draft => Object.assign(draft, { n: 2 }), { meta })).toThrow(
      code("value-unsupported")
    )
  expect(() => note.delete({ meta: { bad: undefined as unknown as null } })).toThrow(
    code("value-unsupported")
  )
  expect([note.value, note.deleted]).toEqual([{ n: 1 }, false])
})

test("[RE33] documents that changed are told when they are durable, wherever that was, of one collection if wanted", async () => {
  const [a, b] = [await open(), await open()]
  const told: (readonly string[])[] = []
  const stop = b.onDocuments(changed => told.push(changed), "notes")
  const [task, mine] = [await b.load("tasks/1"), await b.load("notes/own")]
  task.change(draft => Object.assign(draft, { n: 1 }))
  const own = mine.change(draft => Object.assign(draft, { n: 1 }))
  expect(told).toEqual([])
  await own.durable
  const note = await a.load("notes/1")
  for (const n of [1, 2]) note.change(draft => Object.assign(draft, { n }))
  await send(a, b, "notes/1")
  expect(told).toEqual([["notes/own"], ["notes/1"]])
  await note.change(draft => Object.assign(draft, { n: 3 })).durable
  await a.compact("notes/1")
  const { snapshot } = await a.host.delta(note.id, { version: await b.host.version(note.id) })
  await b.host.receive({ commits: [], snapshots: snapshot === undefined ? [] : [snapshot], origin: {} })
  stop()
  await (await b.load("notes/own")).change(draft => Object.assign(draft, { n: 2 })).durable
  expect(told).toEqual([["notes/own"], ["notes/1"], ["notes/1"]])
})

test("[RE33] what becomes durable while the list is read is told to who listened before", async () => {
  const replica = await open()
  const write = async (id: string) => {
    await (await replica.load(id)).change(draft => Object.assign(draft, { n: 1 })).durable
  }
  await write("notes/1")
  const seen = new Set<string>()
  replica.onDocuments(changed => changed.forEach(id => seen.add(id)), "notes")
  for await (const id of replica.list("notes")) {
    seen.add(id)
    await write("notes/0")
  }
  expect([...seen].sort()).toEqual(["notes/0", "notes/1"])
})

test("[RE16] edits through the native document are commits", async () => {
  const [a, b] = [await open(), await open()]
  const note = await a.load("notes/1")
  const doc = note.native as Y.Doc
  doc.transact(() => doc.getMap("root").set("native", 1))
  await send(a, b, "notes/1")
  expect((await b.load("notes/1")).value).toEqual({ native: 1 })
})

test("[RE17] a blocked document says so and takes no changes until it is retried or discarded", async () => {
  let isBroken = true
  const kept = keepStore(memoryStore(), ({ documents }) => {
    if (isBroken && documents.length > 0) throw new Error("disk full")
  })
  const replica = await open({ store: kept.store })
  const note = await replica.load("notes/1")
  const handle = note.change(draft => Object.assign(draft, { n: 1 }))
  await expect(handle.durable).rejects.toEqual(code("store-failed"))
  expect(note.blocked).toEqual(code("store-failed"))
  expect(() => note.change(draft => Object.assign(draft, { n: 2 }))).toThrow(code("document-blocked"))
  isBroken = false
  await note.retry()
  expect([note.blocked, note.value]).toEqual([undefined, { n: 1 }])
  await note.change(draft => Object.assign(draft, { n: 2 })).durable
})

test("[RE18] a closed replica refuses everything, and closing twice is closing once", async () => {
  const replica = await open()
  const note = await replica.load("notes/1")
  await replica.close()
  await replica.close()
  expect(() => note.change(draft => Object.assign(draft, { n: 1 }))).toThrow(code("replica-closed"))
  await expect(replica.load("notes/1")).rejects.toEqual(code("replica-closed"))
  await expect(replica.host.receive({ commits: [], origin: {} })).rejects.toEqual(code("replica-closed"))
})

test("[RE25] a collection which the replica was not opened with is refused, an equal declaration is not", async () => {
  const declared = () => collection("notes", { fields: { body: text() } })
  const replica = await open({ collections: [declared()] })
  await expect(replica.load(declared(), "1")).resolves.toBeDefined()
  await expect(replica.load(collection("notes"), "1")).rejects.toEqual(code("shape-invalid"))
  await expect(replica.load(collection("tasks", { fields: { body: text() } }), "1")).rejects.toEqual(
    code("shape-invalid")
  )
  await expect(replica.load(collection("plain"), "1")).resolves.toBeDefined()
})

test("[RE26] a missing or mistaken option is refused before anything is opened", async () => {
  const sink = memorySink(new MemorySinkPlace())
  const mistakes: readonly (readonly [options: object, says: string])[] = [
    [{ engine: yjs }, "`engine`: an engine, such as yjs()"],
    [{ store: "notes.db" }, "`store`: a store"],
    [{ engine: undefined }, "`engine`: an engine"],
    [{ sinks: {} }, "a list as `sinks`"],
    [{ collections: collection("notes") }, "a list as `collections`"],
    [{ collections: ["notes"] }, '`collections[0]`: a collection, such as collection("notes")'],
    [{ collections: [collection("notes"), collection] }, "`collections[1]`"],
    [{ collections: [collection("notes", { engine: yjs as never })] }, "`collections[0].engine`"],
    [{ sinks: ["a.db"] }, "`sinks[0]`: a sink"],
    [{ sinks: [sink, null] }, "`sinks[1]`"],
    [{ sinks: [table("notes", { columns: {} })] }, "tables are given to a sink"],
    [{ sinks: [{ sink: "a.db" }] }, "`sinks[0]`"],
    [{ sink: [sink] }, "no option `sink`; `sinks` may be meant"],
    [{ toString: true }, "no option `toString`. It has store, engine,"]
  ]
  for (const [mistake, says] of mistakes)
    await expect(open(mistake)).rejects.toMatchObject({
      code: "options-invalid",
      message: expect.stringContaining(says) as string
    })
  for (const none of [undefined, null, "notes.db"])
    await expect(openReplica(none as never)).rejects.toMatchObject({
      code: "options-invalid",
      message: expect.stringContaining("openReplica needs options") as string
    })
})

test("[RE26] whatever can be an option is none that does not exist", async () => {
  const sinks = [{ sink: memorySink(new MemorySinkPlace()), strategy: { kind: "write-behind" } as const }]
  const ways = { identity: "per-opening", witness: memoryWitness() } as const
  const kept = { memoryBudgetBytes: 1e6, retainCommits: 10, retainConflicts: 10, audit: auditTrail() }
  const options = { collections: [collection("notes")], sinks, presence: presence(), onEvent: () => {} }
  const replica = await open({ ...ways, ...kept, ...options })
  expect(replica.sink("memory").name).toBe("memory")
  await replica.close()
})
