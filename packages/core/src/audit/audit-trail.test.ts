import { expect, test } from "vitest"
import type { Engine } from "../engine/engine.ts"
import { openReplica } from "../replica/open-replica.ts"
import { memoryStore } from "../store/memory-store.ts"
import { listTrail, replayTrail } from "../testing/core-audit.ts"
import { faultyStore } from "../testing/faulty-store.ts"
import { engineInUse, noteId, openCore, pull, put, settle, type TestCore } from "../testing/core-fixture.ts"
import { watchedStore } from "../testing/core-watched-store.ts"
import { documentOf } from "../testing/core-past.ts"
import type { AuditEntry } from "./audit-entry.ts"
import { auditTrail } from "./audit-feature.ts"
import type { AuditFilter } from "./audit-filter.ts"
import type { AuditTrail } from "./audit-trail.ts"

const audit = auditTrail()

async function written(replica: TestCore, count: number, from = 0): Promise<void> {
  for (let i = from; i < from + count; i++) {
    put(replica, await replica.load(), `key${i % 7}`, i)
    if (i % 5 === 0) await settle(replica)
  }
  await settle(replica)
}

function trailOf({ core }: TestCore): AuditTrail {
  if (core.audit === undefined) throw new RangeError("not audited")
  return core.audit.trail
}

function indexesOf(entries: readonly AuditEntry[]): readonly number[] {
  return entries.map(({ index }) => index)
}

test("[AU8] what was folded before anything was audited is one gap, the beginning of the trail", async () => {
  const store = memoryStore()
  const before = await openCore({ store })
  await written(before, 10)
  await before.core.compactor.fold(noteId, 4)
  await before.core.close()
  const replica = await openCore({ store, audit })
  const entries = await listTrail(replica)
  expect(entries[0]).toMatchObject({ index: 1, type: "gap", commits: 6 })
  expect(entries.length).toBe(5)
  expect(replayTrail(entries, { body: "" })).toEqual((await documentOf(replica)).value)
  await replica.core.compactor.fold(noteId, 0)
  expect(await listTrail(replica)).toEqual(entries)
})

test("[AU8] what was folded while nothing was audited is a gap whose patch is not known", async () => {
  const store = memoryStore()
  for (const options of [{ audit }, { audit: undefined }]) {
    const replica = await openCore({ store, ...(options.audit === undefined ? {} : options) })
    await written(replica, 10, options.audit === undefined ? 100 : 0)
    await replica.core.compactor.fold(noteId, 0)
    await replica.core.close()
  }
  const entries = await listTrail(await openCore({ store, audit }))
  expect(entries.length).toBe(11)
  expect(entries.at(-1)).toMatchObject({ type: "gap", commits: 10, omitted: "unknown" })
})

test("[AU11] a log whose entries cannot be written is not folded", async () => {
  let isBroken = false
  const store = memoryStore()
  const refusing = {
    name: "refusing",
    open: async () => {
      const session = await store.open()
      return new Proxy(session, {
        get: (target, name) => {
          const member: unknown = Reflect.get(target, name, target)
          if (name === "append" && isBroken) return () => Promise.reject(new Error("disk full"))
          return typeof member === "function" ? (member.bind(target) as unknown) : member
        }
      })
    }
  }
  const replica = await openCore({ store: refusing, audit })
  await written(replica, 10)
  isBroken = true
  await expect(replica.core.compactor.fold(noteId, 0)).rejects.toMatchObject({ code: "store-failed" })
  isBroken = false
  expect((await replica.core.session.loadDocument(noteId))?.base).toBeUndefined()
  expect((await listTrail(replica)).length).toBe(10)
})

test("[AU12] beyond `retainEntries` the oldest entries go when others are kept; those of the log are beside them", async () => {
  const replica = await openCore({ audit: auditTrail({ retainEntries: 5 }) })
  await written(replica, 20)
  expect((await listTrail(replica)).length).toBe(20)
  await replica.core.compactor.fold(noteId, 4)
  const entries = await listTrail(replica)
  const raw = (await replica.core.session.loadDocument(noteId))?.records.length ?? 0
  expect(raw).toBeGreaterThan(0)
  expect(indexesOf(entries).at(-1)).toBe(20)
  expect(await trailOf(replica).extent(noteId)).toEqual({ first: entries[0]?.index, next: 21 })
  await replica.core.compactor.fold(noteId, 0)
  expect(indexesOf(await listTrail(replica))).toEqual([16, 17, 18, 19, 20])
})

test("[AU13] entries older than `retainDays` go when others are kept, up to the first that is younger", async () => {
  const dayMs = 86_400_000
  let nowMs = Date.UTC(2026, 0)
  const ports = { time: { nowMs: () => ++nowMs } }
  const replica = await openCore({ audit: auditTrail({ retainDays: 30 }), ports })
  for (const days of [0, 20, 20]) {
    nowMs += days * dayMs
    await written(replica, 5, nowMs)
    await replica.core.compactor.fold(noteId, 0)
  }
  expect(indexesOf(await listTrail(replica))).toEqual([6, 7, 8, 9, 10, 11, 12, 13, 14, 15])
})

test("[AU14] pruning takes out what is from before a time and keeps what follows; the log keeps its entries", async () => {
  const replica = await openCore({ audit })
  await written(replica, 600)
  await replica.core.compactor.fold(noteId, 50)
  const entries = await listTrail(replica)
  const at = new Date(entries[399]?.time ?? "")
  expect(await trailOf(replica).prune(at)).toBe(399)
  expect(await listTrail(replica)).toEqual(entries.slice(399))
  await trailOf(replica).prune(Number.POSITIVE_INFINITY)
  const left = await listTrail(replica)
  expect(left).toEqual(entries.slice(-left.length))
  expect(left.length).toBe((await replica.load()).durable.tailCommits)
  expect((await replica.core.session.listValues({ space: "audit", limit: 10 })).length).toBe(0)
})

/** A replica that took a snapshot, and has the next on its way to the store, which waits until it is let go. */
async function withSnapshotOnItsWay() {
  const waits: Promise<void>[] = []
  const { promise: wait, resolve: write } = Promise.withResolvers<void>()
  const store = faultyStore(memoryStore(), { delay: () => waits[0] })
  const [peer, replica] = [await openCore(), await openCore({ store, audit })]
  await written(peer, 10)
  await peer.core.compactor.fold(noteId, 0)
  await pull(replica, peer)
  const state = await replica.load()
  put(replica, state, "own", 1)
  await settle(replica)
  await written(peer, 10, 10)
  await peer.core.compactor.fold(noteId, 0)
  const pulled = pull(replica, peer)
  while (state.pendingBase === undefined) await Promise.resolve()
  waits.push(wait)
  const letGo = async (): Promise<unknown> => {
    await new Promise(setImmediate)
    write()
    return pulled
  }
  return { replica, peer, letGo }
}

test("[AU2] a snapshot that comes while another is on its way goes on from its entry", async () => {
  const { replica, peer, letGo } = await withSnapshotOnItsWay()
  await written(peer, 10, 20)
  await peer.core.compactor.fold(noteId, 0)
  const pulled = pull(replica, peer)
  await letGo()
  await pulled
  const entries = await listTrail(replica)
  expect(entries.map(({ index, type }) => `${index} ${type}`)).toEqual([
    "1 gap",
    "2 commit",
    "3 gap",
    "4 gap"
  ])
  expect(replayTrail(entries, { body: "" })).toEqual((await documentOf(replica)).value)
})

test("[AU14] pruning waits for a snapshot that is on its way, whose entry stands for what it brings", async () => {
  const { replica, letGo } = await withSnapshotOnItsWay()
  const pruned = trailOf(replica).prune(Number.POSITIVE_INFINITY)
  await letGo()
  expect([await pruned, await trailOf(replica).extent(noteId)]).toEqual([3, { first: 4, next: 4 }])
})

const filters: readonly (readonly [string, AuditFilter, readonly number[]])[] = [
  ["document", { document: "notes/none" }, []],
  ["collection", { collection: "notes" }, [1, 2, 3, 4]],
  ["author", { author: "Ada" }, [1, 3]],
  ["replica", { replica: "0000000000000000" }, []],
  ["since", { since: Date.UTC(2027, 0) }, []],
  ["until", { until: new Date(Date.UTC(2027, 0)) }, [1, 2, 3, 4]],
  ["a path", { path: "/list" }, [2, 3]],
  ["a path inside", { path: "/list/0/title/x" }, [2, 3]],
  ["a path that only begins alike", { path: "/lis" }, []],
  ["the root", { path: "" }, [1, 2, 3, 4]],
  ["all after an entry", { after: { document: noteId, index: 2 } }, [3, 4]],
  ["several", { author: "Ada", path: "/list/0" }, [3]]
]

test.each(filters)("[AU15] entries by %s, from the log and from the trail", async (_, filter, expected) => {
  const replica = await openCore({ audit })
  const document = await documentOf(replica)
  const write = (edit: object, author: string): unknown =>
    document.change(draft => Object.assign(draft, edit), { meta: { author } })
  write({ name: "a" }, "Ada")
  write({ list: [{ title: "t" }] }, "Bob")
  document.change(draft => void Object.assign((draft["list"] as object[])[0] ?? {}, { title: "u" }), {
    meta: { author: "Ada" }
  })
  write({ name: "b" }, "Bob")
  expect(indexesOf(await listTrail(replica, filter))).toEqual(expected)
  await replica.core.compactor.fold(noteId, 0)
  expect(indexesOf(await listTrail(replica, filter))).toEqual(expected)
})

test("[AU16] documents come in the order of their ids, deleted ones with them, others than those audited do not", async () => {
  const replica = await openCore({ audit: auditTrail({ collections: ["notes", "plans"] }) })
  for (const id of ["plans/1", "notes/b", "other/1", "notes/a"]) {
    const state = await replica.load(id)
    put(replica, state, "k", 1)
    if (id === "notes/a") replica.core.commitBare(state, "delete")
  }
  const entries = await listTrail(replica)
  expect(entries.map(({ document, index }) => `${document} ${index}`)).toEqual([
    ...["notes/a 1", "notes/a 2", "notes/b 1", "plans/1 1"]
  ])
  expect(await listTrail(replica, { after: { document: "notes/a" as typeof noteId, index: 1 } })).toEqual(
    entries.slice(1)
  )
})

test("[AU17] what is kept, folded and written while a trail is listed makes it neither miss nor repeat an entry", async () => {
  const { store, log } = watchedStore(memoryStore())
  const replica = await openCore({ store, audit })
  await written(replica, 400)
  const seen: AuditEntry[] = []
  for await (const entry of trailOf(replica).list()) {
    seen.push(entry)
    if (seen.length === 20) log.beforeNext = async () => replica.core.compactor.fold(noteId, 30)
    if (seen.length === 200) await written(replica, 10, 400)
    if (seen.length === 300) await replica.core.compactor.fold(noteId, 0)
  }
  expect(indexesOf(seen).slice(0, 400)).toEqual(Array.from({ length: 400 }, (_, i) => i + 1))
  expect(seen).toEqual((await listTrail(replica)).slice(0, seen.length))
})

/** An engine that knows how many of its documents are open. */
function counting(engine: Engine): { readonly engine: Engine; readonly opened: Set<object> } {
  const opened = new Set<object>()
  const open: Engine["open"] = options => {
    const document = engine.open(options)
    const destroy = document.destroy.bind(document)
    opened.add(document)
    return Object.assign(document, { destroy: () => void (opened.delete(document) && destroy()) })
  }
  return { engine: { ...engine, open }, opened }
}

test("[AU18] a listing that is broken off lets go of its engine document; a signal ends it", async () => {
  const { engine, opened } = counting(engineInUse())
  const replica = await openCore({ audit, engine })
  await written(replica, 10)
  const listing = trailOf(replica).list()
  await listing.next()
  expect(opened.size).toBe(2)
  await listing.return()
  expect(opened.size).toBe(1)
  await expect(listTrail(replica, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "aborted" })
})

test("[AU18] a closed replica tells nothing", async () => {
  const replica = await openCore({ audit })
  await written(replica, 3)
  const listing = trailOf(replica).list()
  await listing.next()
  await replica.core.close()
  await expect(listing.next()).rejects.toMatchObject({ code: "replica-closed" })
})

test.each([{ retainDays: -1 }, { retainEntries: Number.NaN }, { maxPatchBytes: "1" as unknown as number }])(
  "[AU19] an option that is none is refused: %o",
  options => {
    expect(() => auditTrail(options)).toThrow(expect.objectContaining({ code: "options-invalid" }))
  }
)

test.each([{ since: new Date("no") }, { path: "title" }])(
  "[AU19] a filter that is none is refused: %o",
  async filter => {
    const replica = await openCore({ audit })
    await expect(listTrail(replica, filter)).rejects.toMatchObject({ code: "options-invalid" })
  }
)

test("[AU19] [AU22] a replica without auditing says so, and keeps nothing", async () => {
  const store = memoryStore()
  const replica = await openReplica({ store, engine: engineInUse() })
  const document = await replica.load("pages/1")
  for (const title of ["a", "b"]) document.change(draft => Object.assign(draft, { title }))
  await replica.compact("pages/1")
  expect(() => replica.audit).toThrow(expect.objectContaining({ code: "options-invalid" }))
  await replica.close()
  const session = await store.open()
  for (const space of ["audit", "audit-head"])
    expect(await session.listValues({ space, limit: 1 })).toEqual([])
})

test("[AU20] [AU21] a line is JSON, says its format, and has its members in one order", async () => {
  const replica = await openCore({ audit })
  const document = await documentOf(replica)
  document.change(draft => Object.assign(draft, { a: 1 }), { meta: { z: 1, author: "Ada", message: "m" } })
  await settle(replica)
  const lines: string[] = []
  for await (const line of trailOf(replica).export()) lines.push(line)
  const [entry] = await listTrail(replica)
  expect(JSON.parse(lines[0] ?? "")).toEqual({ format: 1, ...entry })
  expect(Object.keys(JSON.parse(lines[0] ?? "") as object).join(" ")).toBe(
    "format document index type time stamp actor seq hash kind concurrent author message meta paths patch"
  )
})
