import fc from "fast-check"
import { expect, test } from "vitest"
import { isSynclineError } from "@syncline/clock"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { memoryTransport } from "../link/memory-transport.ts"
import { silentLogger } from "../ports/system-ports.ts"
import { openReplica } from "../replica/open-replica.ts"
import type { Replica } from "../replica/replica.ts"
import { memoryStore, type MemoryStore } from "../store/memory-store.ts"
import { memorySink } from "../testing/memory-sink.ts"
import { keepStore } from "../testing/kept-batches.ts"
import { SeededRandom } from "../testing/seeded-random.ts"
import { copyStore, exportStore, importStore } from "./copy-store.ts"

const open = (store: MemoryStore): Promise<Replica> =>
  openReplica({ store, engine: yjs(), sinks: [memorySink()], ports: { logger: silentLogger } })

/** Documents of every kind of past (folded wholly, in part, not at all, deleted), and some without much of one. */
async function makeStore(documents = 12, plain = 0): Promise<MemoryStore> {
  const store = memoryStore()
  const replica = await open(store)
  for (let n = 0; n < documents; n++) {
    const note = await replica.load(`notes/${n}`)
    for (let edit = 0; edit <= n % 5; edit++)
      await note.change(draft => Object.assign(draft, { n, edit })).durable
    if (n % 4 === 1) await replica.compact(note.id)
    if (n % 4 === 2) await replica.compact(note.id, 1)
    if (n % 4 === 3) await note.delete().durable
  }
  const others = await Promise.all(Array.from({ length: plain }, (_, n) => replica.load(`others/${n}`)))
  for (const other of others) other.change(draft => Object.assign(draft, { id: other.id }))
  await replica.close()
  return store
}

async function contentOf(store: MemoryStore): Promise<readonly unknown[]> {
  const replica = await open(store)
  const content: unknown[] = []
  for await (const id of replica.list("notes")) {
    const note = await replica.load(id)
    const { entries, base } = await note.history({ limit: 100 })
    content.push([id, note.value, note.deleted, note.version.digest(note.id), base.height, entries.length])
  }
  for await (const id of replica.list("others")) content.push((await replica.load(id)).value)
  expect((await replica.verify()).clean).toBe(true)
  expect(await replica.checkIntegrity()).toEqual([])
  await replica.close()
  return content
}

async function collected(bytes: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: number[] = []
  for await (const piece of bytes) all.push(...piece)
  return Uint8Array.from(all)
}

test("[MI30] a copy has every document with its past, whatever of that was folded", async () => {
  const store = await makeStore()
  const copy = memoryStore()
  const report = await copyStore(store, copy)
  expect(report).toMatchObject({ documents: 12, hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string })
  expect(await contentOf(copy)).toEqual(await contentOf(store))
  const again = await copyStore(copy, memoryStore())
  expect(again.hash).toBe(report.hash)
})

test("[MI31] a copy is another store with another actor, and both can be written and synced", async () => {
  const store = await makeStore()
  const copy = memoryStore()
  await copyStore(store, copy)
  const [a, b] = [await open(store), await open(copy)]
  expect(a.actor).not.toBe(b.actor)
  await (await a.load("notes/0")).change(draft => Object.assign(draft, { here: 1 })).durable
  await (await b.load("notes/0")).change(draft => Object.assign(draft, { there: 1 })).durable
  const link = b.connect(memoryTransport(a.host.ports.timers, connection => void a.accept(connection)))
  await link.synced()
  expect((await a.load("notes/0")).value).toMatchObject({ here: 1, there: 1 })
  expect((await b.load("notes/0")).value).toEqual((await a.load("notes/0")).value)
  await Promise.all([a.close(), b.close()])
})

test("[MI32] after a crash at any append it goes on, and before the last one it cannot be opened", async () => {
  const store = await makeStore(4, 1100)
  const whole = memoryStore()
  const kept = keepStore(whole)
  const { hash } = await copyStore(store, kept.store)
  expect(kept.disks.length).toBeGreaterThan(4)
  for (const disk of kept.disks.slice(0, -1)) {
    await expect(open(disk.clone())).rejects.toMatchObject({ code: "store-corrupt" })
    expect((await copyStore(store, disk)).hash).toBe(hash)
  }
  await expect(copyStore(store, whole)).rejects.toMatchObject({ code: "store-conflict" })
})

test("[MI32] a copy that was cut off before its first record cannot be opened either", async () => {
  const store = memoryStore()
  const replica = await open(store)
  await (await replica.load("notes/1")).change(draft => Object.assign(draft, { n: 1 })).durable
  await replica.close()
  const kept = keepStore(memoryStore())
  await copyStore(store, kept.store)
  await expect(open(kept.disks[0] ?? memoryStore())).rejects.toMatchObject({ code: "store-corrupt" })
})

test("[MI32] a store that keeps something else than it was given is told, and its copy cannot be opened", async () => {
  const [store, copy] = [await makeStore(), memoryStore()]
  const kept = keepStore(copy, ({ documents }) => {
    for (const { record } of documents) if (record !== undefined) record.bytes[record.bytes.length >> 1] = 0
  })
  await expect(copyStore(store, kept.store)).rejects.toMatchObject({ code: "store-corrupt" })
  await expect(open(copy)).rejects.toMatchObject({ code: "store-corrupt" })
})

test("[MI32] a signal ends it, and the same copy goes on afterwards", async () => {
  const [store, copy] = [await makeStore(4, 1100), memoryStore()]
  const abort = new AbortController()
  const ended = copyStore(store, copy, { signal: abort.signal, onProgress: () => abort.abort() })
  await expect(ended).rejects.toMatchObject({ code: "aborted" })
  await copyStore(store, copy)
  expect(await contentOf(copy)).toEqual(await contentOf(store))
})

test("[MI32] a copy that is not whole is neither copied nor exported", async () => {
  const store = await makeStore(4, 1500)
  const part = memoryStore()
  const abort = new AbortController()
  const cut = copyStore(store, part, { signal: abort.signal, onProgress: () => abort.abort() })
  await expect(cut).rejects.toMatchObject({ code: "aborted" })
  await expect(copyStore(part, memoryStore())).rejects.toMatchObject({ code: "store-corrupt" })
  await expect(collected(exportStore(part))).rejects.toMatchObject({ code: "store-corrupt" })
  await copyStore(store, part)
  expect(await contentOf(part)).toEqual(await contentOf(store))
})

test("[MI33] the pieces of an export may share one buffer, and texts are refused", async () => {
  const store = await makeStore(3)
  const bytes = Buffer.from(await collected(exportStore(store)))
  function* pieces(): Iterable<Uint8Array> {
    const buffer = Buffer.alloc(100)
    for (let at = 0; at < bytes.length; at += 100)
      yield buffer.subarray(0, bytes.copy(buffer, 0, at, at + 100))
  }
  const copy = memoryStore()
  await importStore(pieces(), copy)
  expect(await contentOf(copy)).toEqual(await contentOf(store))
  await expect(importStore(["syncline/export/1\n"] as never, memoryStore())).rejects.toMatchObject({
    code: "options-invalid"
  })
})

test("[MI33] an export cut into any pieces is the store, and damage anywhere is noticed", async () => {
  const store = await makeStore(6)
  const bytes = await collected(exportStore(store))
  const content = await contentOf(store)
  const random = new SeededRandom(1)
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 400 }), async size => {
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size)
      )
      const copy = memoryStore()
      await importStore(pieces, copy)
      expect(await contentOf(copy)).toEqual(content)
      const damaged = bytes.slice(0, random.chance(0.3) ? random.integer(bytes.length) : bytes.length)
      const at = random.integer(damaged.length)
      damaged[at] = (damaged[at] ?? 0) ^ (1 << random.integer(8))
      const broken = memoryStore()
      const error: unknown = await importStore([damaged], broken).catch((cause: unknown) => cause)
      expect(isSynclineError(error)).toBe(true)
      const opened: unknown = await open(broken).then(
        async replica => (await contentOfOpen(replica)).length,
        () => 0
      )
      expect(opened).toBe(0)
    }),
    { numRuns: 40 }
  )
})

async function contentOfOpen(replica: Replica): Promise<readonly string[]> {
  const ids: string[] = []
  for await (const id of replica.list()) ids.push(id)
  await replica.close()
  return ids
}
