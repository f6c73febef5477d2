import fc from "fast-check"
import { expect, test } from "vitest"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { collection } from "../document/collection.ts"
import type { JsonObject } from "../document/json.ts"
import { silentLogger } from "../ports/system-ports.ts"
import { openReplica } from "../replica/open-replica.ts"
import type { Replica } from "../replica/replica.ts"
import { memoryStore } from "../store/memory-store.ts"
import { keepStore } from "../testing/kept-batches.ts"
import { importRows, type ImportOptions } from "./import-rows.ts"
import { jsonLines, type SourceRow } from "./json-lines.ts"

const open = (store = memoryStore()): Promise<Replica> =>
  openReplica({ store, engine: yjs(), ports: { logger: silentLogger } })

const rowsOf = (...rows: readonly unknown[]): readonly SourceRow[] =>
  rows.map((row, index) => ({ line: index + 1, row }))

const options = (...rows: readonly unknown[]): ImportOptions => ({
  collection: "people",
  rows: rowsOf(...rows),
  key: row => String(row["id"])
})

async function valuesOf(replica: Replica): Promise<Readonly<Record<string, unknown>>> {
  const values: Record<string, unknown> = {}
  for await (const id of replica.list("people")) values[id] = (await replica.load(id)).value
  return values
}

const ada = { id: 1, name: "Ada", tags: ["a", "b"], born: 1815 }
const alan = { id: 2, name: "Alan", tags: [], born: 1912 }

test("[MI20] rows become documents by their keys, and the same rows again make no commit", async () => {
  const replica = await open()
  expect(await importRows(replica, options(ada, alan))).toMatchObject({ rows: 2, created: 2, bad: 0 })
  expect(await valuesOf(replica)).toEqual({ "people/1": ada, "people/2": alan })
  const document = await replica.load("people/1")
  await document.change(draft => Object.assign(draft, { name: "Ada L." })).durable
  const { version } = document
  expect(await importRows(replica, options(ada, alan))).toMatchObject({
    unchanged: 2,
    changed: 0,
    created: 0
  })
  expect(document.version.height).toBe(version.height)
  await replica.close()
})

interface Person {
  name: string
}

test("[MI20] a declared collection names the documents, whatever its values are declared as", async () => {
  const people = collection<Person>("people")
  const replica = await open()
  await importRows(replica, { ...options(ada), collection: people })
  expect((await replica.load(people, "1")).value.name).toBe("Ada")
  await replica.close()
})

test("[MI21] of a changed row what changed is written, beside what was edited here, and what is gone is removed", async () => {
  const replica = await open()
  await importRows(replica, options(ada, alan))
  const document = await replica.load("people/1")
  await document.change(draft => Object.assign(draft, { name: "Ada L.", note: "here" })).durable
  const { tags: _, ...rest } = ada
  const { height } = document.version
  const report = await importRows(replica, {
    ...options({ ...rest, born: 1816 }),
    meta: { from: "people.db" }
  })
  expect(report).toMatchObject({ rows: 1, changed: 1 })
  expect(document.value).toEqual({ id: 1, name: "Ada L.", note: "here", born: 1816 })
  expect(document.version.height).toBe(height + 1)
  expect((await replica.load("people/2")).value).toEqual(alan)
  const { entries } = await document.history({ limit: 1 })
  expect(entries[0]?.meta).toEqual({ from: "people.db" })
  await replica.close()
})

test("[MI22] a row that cannot be imported is reported with its line, and the others are imported", async () => {
  const replica = await open()
  await (await replica.load("people/gone")).change(draft => Object.assign(draft, { id: "gone" })).durable
  await (await replica.load("people/gone")).delete().durable
  const heard: number[] = []
  const rows = [
    { line: 1, error: new Error("unreadable") },
    ...rowsOf(
      null,
      "text",
      ada,
      { ...alan, id: "" },
      { ...ada, name: "again" },
      { id: 3, big: 2n },
      { id: "gone", n: 1 },
      alan
    ).map(({ line, row }) => ({ line: line + 1, row }))
  ]
  const report = await importRows(replica, { ...options(), rows, onBadRow: ({ line }) => heard.push(line) })
  expect(report).toMatchObject({ rows: 9, created: 2, bad: 7 })
  expect(report.badRows.map(({ line }) => line)).toEqual(heard)
  expect(Object.fromEntries(report.badRows.map(({ line, message }) => [line, message]))).toEqual({
    1: "unreadable",
    2: "the row is no object",
    3: "the row is no object",
    5: expect.stringContaining("is not a document id") as string,
    6: "its key is that of line 4",
    7: expect.any(String) as string,
    8: expect.stringContaining("deleted") as string
  })
  await replica.close()
})

test("[MI22] a key that is no string, and a value that is no plain object, are the row's fault", async () => {
  const replica = await open()
  const values: readonly unknown[] = [Promise.resolve({ a: 1 }), new Map([["a", 1]]), "text", [1], null]
  const report = await importRows(replica, {
    ...options(...values.map((_, id) => ({ id }))),
    value: row => values[Number(row["id"])] as JsonObject
  })
  expect(report).toMatchObject({ rows: 5, created: 0, bad: 5 })
  const keys: readonly unknown[] = [undefined, 5, Promise.resolve("x")]
  const keyed = await importRows(replica, {
    ...options(0, 1, 2),
    rows: rowsOf({ id: 0 }, { id: 1 }, { id: 2 }),
    key: row => keys[Number(row["id"])] as string
  })
  expect(keyed.badRows.map(({ message }) => message)).toEqual(
    keys.map(key => `its key is no string but ${String(key)}`)
  )
  expect(await valuesOf(replica)).toEqual({})
  await replica.close()
})

test("[MI22] a row with nothing in it makes no document, and is not said to have", async () => {
  const replica = await open()
  const report = await importRows(replica, { ...options({ id: 1 }), value: () => ({}) })
  expect(report).toMatchObject({ rows: 1, created: 0, unchanged: 1 })
  await replica.close()
})

test("[MI25] what is wrong for all rows is said at once", async () => {
  const replica = await open()
  for (const wrong of [
    { key: undefined },
    { collection: "" },
    { collection: "people/young" },
    { collection: undefined },
    { rows: undefined },
    { value: "name" },
    { name: 5 }
  ])
    await expect(importRows(replica, { ...options(ada), ...wrong } as never)).rejects.toMatchObject({
      code: "options-invalid"
    })
  await replica.close()
})

test("[MI25] texts in place of bytes are refused, and so is a limit that is none", async () => {
  const first = async (...from: Parameters<typeof jsonLines>): Promise<unknown> => {
    for await (const row of jsonLines(...from)) return row
    return undefined
  }
  for (const source of ["1\n", ["1\n"], Uint8Array.of(0x31, 0x0a)] as never[])
    await expect(first(source)).rejects.toMatchObject({ code: "options-invalid" })
  await expect(first([], { maxLineBytes: Number.NaN })).rejects.toMatchObject({ code: "options-invalid" })
})

test("[MI24] pieces may share one buffer", async () => {
  const text = Buffer.from('{"a":1}\n{"b":22222222}\n{"c":3}\n')
  function* pieces(): Iterable<Uint8Array> {
    const buffer = Buffer.alloc(8)
    for (let at = 0; at < text.length; at += 8) yield buffer.subarray(0, text.copy(buffer, 0, at, at + 8))
  }
  const read: unknown[] = []
  for await (const { row } of jsonLines(pieces())) read.push(row)
  expect(read).toEqual([{ a: 1 }, { b: 22222222 }, { c: 3 }])
})

test("[MI22] a signal ends it between batches, and what was imported stays", async () => {
  const replica = await open()
  const abort = new AbortController()
  const rows = Array.from({ length: 1200 }, (_, id) => ({ id }))
  await expect(
    importRows(replica, { ...options(...rows), signal: abort.signal, onProgress: () => abort.abort() })
  ).rejects.toMatchObject({ code: "aborted" })
  expect(Object.keys(await valuesOf(replica))).toHaveLength(500)
  await replica.close()
})

test("[MI23] after a crash at any append, beginning again gives what one go would", async () => {
  const kept = keepStore(memoryStore())
  const first = await openReplica({ store: kept.store, engine: yjs(), ports: { logger: silentLogger } })
  const rows = Array.from({ length: 600 }, (_, id) => ({ id, n: id % 3 }))
  await importRows(first, options(...rows))
  const whole = await valuesOf(first)
  await first.close()
  // Two batches, after what an opening writes.
  expect(kept.disks.length).toBeGreaterThan(2)
  for (const disk of kept.disks.slice(1)) {
    const replica = await open(disk)
    const { created, unchanged, changed } = await importRows(replica, options(...rows))
    expect([created + unchanged, changed]).toEqual([600, 0])
    expect(await valuesOf(replica)).toEqual(whole)
    await replica.close()
  }
})

const jsonRow: fc.Arbitrary<JsonObject> = fc.record({ id: fc.integer(), text: fc.string({ unit: "binary" }) })

test("[MI24] rows are the same however the bytes are cut", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(jsonRow), fc.integer({ min: 1, max: 40 }), async (rows, size) => {
      const bytes = new TextEncoder().encode(rows.map(row => `${JSON.stringify(row)}\r\n`).join("\n"))
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size)
      )
      const read: SourceRow[] = []
      for await (const row of jsonLines(pieces)) read.push(row)
      expect(read.map(({ row }) => row)).toEqual(rows)
      expect(read.map(({ line }) => line)).toEqual(rows.map((_, index) => 2 * index + 1))
    })
  )
})

test("[MI24] text in place of bytes is refused", async () => {
  const rows = jsonLines('{"a":1}\n' as never)[Symbol.asyncIterator]()
  await expect(rows.next()).rejects.toMatchObject({ code: "options-invalid" })
})

test("[MI24] a line that is no JSON, no UTF-8 or too long is a row with an error, and the others follow", async () => {
  const text = new TextEncoder()
  const pieces = [
    text.encode('{"a":1}\n{oops\n'),
    Uint8Array.of(0xff, 0x0a),
    text.encode(`"${"x".repeat(60)}"\n2`)
  ]
  const read: (readonly [number, unknown])[] = []
  for await (const { line, row, error } of jsonLines(pieces, { maxLineBytes: 50 }))
    read.push([line, error?.message ?? row])
  expect(read).toEqual([
    [1, { a: 1 }],
    [2, expect.stringMatching(/not JSON/)],
    [3, expect.stringMatching(/not UTF-8/)],
    [4, expect.stringMatching(/62 bytes/)],
    [5, 2]
  ])
})

/** A replica whose documents find no room until `makeRoom`. */
async function openOnFullDisk() {
  let isFull = true
  const { store } = keepStore(memoryStore(), ({ documents }) => {
    if (isFull && documents.length > 0) throw new Error("disk full")
  })
  const replica = await openReplica({ store, engine: yjs(), ports: { logger: silentLogger } })
  return { replica, makeRoom: () => void (isFull = false) }
}

test("[MI23] a row that is in its document but not in the store is not passed over", async () => {
  const { replica, makeRoom } = await openOnFullDisk()
  await expect(importRows(replica, options(ada))).rejects.toMatchObject({ code: "store-failed" })
  expect(await importRows(replica, options(ada))).toMatchObject({ unchanged: 0, bad: 1 })
  makeRoom()
  await (await replica.load("people/1")).discard()
  expect(await importRows(replica, options(ada))).toMatchObject({ created: 1, bad: 0 })
  expect(await valuesOf(replica)).toEqual({ "people/1": ada })
  await replica.close()
})

test("[MI23] a row that somebody is writing is remembered once that is durable, or not at all", async () => {
  const { replica, makeRoom } = await openOnFullDisk()
  const document = await replica.load("people/1")
  const rows = async function* (): AsyncGenerator<SourceRow> {
    yield* rowsOf(ada)
    document.change(draft => Object.assign(draft, ada))
  }
  expect(await importRows(replica, { ...options(), rows: rows() })).toMatchObject({ unchanged: 0, bad: 1 })
  makeRoom()
  await document.retry()
  expect(await importRows(replica, options(ada))).toMatchObject({ unchanged: 1, bad: 0 })
  await replica.close()
})
