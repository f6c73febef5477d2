import { compareUtf8, parseDocumentId, type StoreSession } from "@syncline/core"
import { runStoreHistory, StoreBatches, storeContract } from "@syncline/core/testing"
import { afterEach, expect, test, vi } from "vitest"
import { freshName, useFakeIndexedDb, watchDurability } from "../testing/fake-indexeddb.ts"
import { otherTab } from "../testing/other-tab.ts"
import { contentOf, openRaw } from "../testing/raw-database.ts"
import { BaseReader } from "./base-reader.ts"
import { indexedDbStore } from "./indexeddb-store.ts"

useFakeIndexedDb()
afterEach(() => vi.unstubAllGlobals())

const makeStore = () => ({ store: indexedDbStore(freshName(), { durability: "relaxed" }) })

for (const { title, run } of storeContract("indexeddb", makeStore)) test(title, () => run())

/** Ids of so many documents, in no order of theirs. */
function manyIds(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `c/${(index * 7919) % count}`)
}

/** What a session lists of its heads and changes, a page at a time. */
async function listed(
  session: StoreSession
): Promise<{ readonly heads: string[]; readonly changes: number[] }> {
  const heads: string[] = []
  for (let last: string | undefined = ""; last !== undefined; ) {
    const page = await session.scanHeads({ limit: 700, ...(last !== "" && { after: parseDocumentId(last) }) })
    heads.push(...page.map(({ id }) => id))
    last = page.at(-1)?.id
  }
  const changes = await session.changedSince({ after: 0, limit: 10_000 })
  return { heads, changes: changes.map(({ position }) => position) }
}

test("[IDB4] more heads than are held back at once are all there, in order, before and after opening again", async () => {
  const store = indexedDbStore(freshName(), { durability: "relaxed" })
  const session = await store.open()
  const batches = new StoreBatches()
  const ids = manyIds(2100)
  for (let at = 0; at < 10_500; at += 700)
    await batches.append(
      session,
      ids.slice(at % 2100, (at % 2100) + 700).map(id => ({ id, record: id, body: `${at}` }))
    )
  const expected = {
    heads: ids.toSorted(compareUtf8),
    changes: Array.from({ length: 2100 }, (_, index) => 8401 + index)
  }
  expect(await listed(session)).toEqual(expected)
  expect(await session.checkIntegrity()).toEqual([])
  await session.close()
  const again = await store.open()
  expect(await listed(again)).toEqual(expected)
  await again.close()
})

test("[IDB15] who goes by the log, drops records and reads many documents at once is told of what there is now", async () => {
  const session = await indexedDbStore(freshName()).open()
  const batches = new StoreBatches()
  const ids = Array.from({ length: 90 }, (_, index) => parseDocumentId(`c/${index}`))
  const record = "x".repeat(600)
  await batches.append(
    session,
    ids.map((id, index) => ({ id, record, ...(index % 3 === 0 && { base: `base ${index}` }) }))
  )
  // One after the other out of one segment.
  await session.changedSince({ after: 0, limit: 500 })
  for (const dropped of [1, 2, 3])
    await batches.append(session, [{ id: `c/${dropped - 1}`, record: "new", dropThrough: dropped }])
  await session.changedSince({ after: 0, limit: 500 })
  const log = await session.readLog({ after: 0, limit: 500 })
  expect(log.map(({ position }) => position)).toEqual(Array.from({ length: 90 }, (_, index) => index + 4))
  const together = await Promise.all([...ids, parseDocumentId("c/none")].map(id => session.loadDocument(id)))
  const apart = []
  for (const id of ids) apart.push(await session.loadDocument(id))
  expect(together).toEqual([...apart, undefined])
  expect(apart.map(document => document?.base !== undefined)).toEqual(ids.map((_, index) => index % 3 === 0))
  await session.close()
})

test("[IDB15] reads that were gathered fail when the connection is gone, all of them", async () => {
  const name = freshName()
  await (await indexedDbStore(name).open()).close()
  const database = await openRaw(name)
  const bases = new BaseReader(database)
  const asked = ["c/1", "c/2"].map(id => bases.read(parseDocumentId(id)))
  database.close()
  for (const outcome of await Promise.allSettled(asked)) expect(outcome.status).toBe("rejected")
})

test("[IDB5] a long document among others is read whole, and page by page", async () => {
  const session = await indexedDbStore(freshName()).open()
  const batches = new StoreBatches()
  const id = parseDocumentId("c/long")
  for (let round = 0; round < 40; round++) {
    const others = Array.from({ length: round }, (_, index) => ({
      id: `c/${index}`,
      record: "x".repeat(400)
    }))
    await batches.append(session, [{ id: "c/long", record: `a${round}` }, ...others])
    await batches.append(session, [{ id: "c/long", record: `b${round}` }])
  }
  const whole = (await session.loadDocument(id))?.records ?? []
  expect(whole).toHaveLength(80)
  const paged = []
  for (let after = 0; ; ) {
    const page = await session.readLog({ after, document: id, limit: 7 })
    if (page.length === 0) break
    paged.push(...page)
    after = page.at(-1)?.position ?? 0
  }
  expect(paged).toEqual(whole)
  await session.close()
})

test("[IDB2] where the platform has no locks, the newest session writes and the older ones end", async () => {
  const name = freshName()
  const first = await (await otherTab()).indexedDbStore(name).open()
  const batches = new StoreBatches()
  await batches.append(first, [{ id: "c/1", record: "1" }])
  const second = await (await otherTab()).indexedDbStore(name).open()
  await expect(batches.append(first, [{ id: "c/2", record: "2" }])).rejects.toMatchObject({
    code: "store-locked"
  })
  await expect(first.loadHead(parseDocumentId("c/1"))).rejects.toMatchObject({ code: "store-locked" })
  expect(second.end.position).toBe(1)
  expect(await second.loadHead(parseDocumentId("c/2"))).toBeUndefined()
  await first.close()
  await second.close()
})

test("[IDB2] a read that another tab overtook is no answer", async () => {
  const name = freshName()
  const first = await (await otherTab()).indexedDbStore(name).open()
  const second = await (await otherTab()).indexedDbStore(name).open()
  await expect(first.collections()).rejects.toMatchObject({ code: "store-locked" })
  await second.close()
})

test("[IDB4] a session that never closed loses nothing: what it held back is found", async () => {
  const name = freshName()
  const dying = await (await otherTab()).indexedDbStore(name).open()
  const batches = new StoreBatches()
  for (let round = 0; round < 8; round++)
    await batches.append(
      dying,
      manyIds(20 + round).map(id => ({
        id,
        body: `${round}`,
        // Some appends have no records.
        ...(round % 3 !== 1 && { record: `${round}` }),
        ...(round === 4 && { dropThrough: 30 })
      }))
    )
  const before = [
    await dying.scanHeads({ limit: 99 }),
    await dying.readLog({ after: 0, limit: 999 }),
    dying.end
  ]
  const next = await (await otherTab()).indexedDbStore(name).open()
  expect([
    await next.scanHeads({ limit: 99 }),
    await next.readLog({ after: 0, limit: 999 }),
    next.end
  ]).toEqual(before)
  expect(await next.checkIntegrity()).toEqual([])
  await next.close()
})

test("[IDB6] a session in whose way somebody upgrades or deletes the database lets go, and says so", async () => {
  const name = freshName()
  const session = await indexedDbStore(name).open()
  await new StoreBatches().append(session, [{ id: "c/1", record: "1" }])
  const other = await openRaw(name, 2)
  await expect(session.append({ documents: [] })).rejects.toMatchObject({ code: "store-locked" })
  await expect(session.collections()).rejects.toThrow(/deleted or upgraded/)
  await session.close()
  other.close()
})

test("[IDB7] a newer schema is refused and left alone, and the store is free for who knows it", async () => {
  const name = freshName()
  await (await indexedDbStore(name).open()).close()
  ;(await openRaw(name, 9)).close()
  const before = await contentOf(name)
  for (let attempt = 0; attempt < 2; attempt++)
    await expect(indexedDbStore(name).open()).rejects.toMatchObject({ code: "store-newer" })
  expect(await contentOf(name)).toEqual(before)
})

test.each([1, 7])(
  "[IDB7] a foreign database of version %i is refused, untouched and undisturbed",
  async version => {
    const name = freshName()
    let disturbed = 0
    const theirs = await openRaw(name, version, {
      upgrade: database => void database.createObjectStore("theirs"),
      blocking: () => disturbed++
    })
    await expect(indexedDbStore(name).open()).rejects.toMatchObject({ code: "store-foreign" })
    expect([disturbed, theirs.version, [...theirs.objectStoreNames]]).toEqual([0, version, ["theirs"]])
    theirs.close()
  }
)

test("[IDB2] a lock that somebody steals ends the session", async () => {
  const name = freshName()
  const session = await indexedDbStore(name).open()
  const { locks } = navigator as unknown as StealingNavigator
  await locks.request(`syncline/indexeddb/${name}`, { steal: true }, () => Promise.resolve())
  await expect(session.collections()).rejects.toMatchObject({ code: "store-locked" })
  await session.close()
})

test("[IDB8] a page that may have no locks is told so", async () => {
  const request = () => Promise.reject(new DOMException("opaque origin", "SecurityError"))
  vi.stubGlobal("navigator", { locks: { request } })
  await expect(indexedDbStore(freshName()).open()).rejects.toMatchObject({
    code: "store-failed",
    details: { domException: "SecurityError" }
  })
})

interface StealingNavigator {
  readonly locks: {
    request(name: string, options: { readonly steal: true }, granted: () => Promise<void>): Promise<void>
  }
}

test("[IDB8] without IndexedDB, opening says what to use instead", async () => {
  vi.stubGlobal("indexedDB", undefined)
  await expect(indexedDbStore(freshName()).open()).rejects.toThrow(/SQLite/)
})

test.each([
  ["strict", "power"],
  ["relaxed", "process"],
  [undefined, "power"]
] as const)("[IDB14] transactions that are %s survive loss of %s", async (durability, survives) => {
  const session = await indexedDbStore(freshName(), { ...(durability && { durability }) }).open()
  const asked = watchDurability()
  await new StoreBatches().append(session, [{ id: "c/1", record: "1" }])
  expect([session.durability, asked()]).toEqual([survives, [durability ?? "strict"]])
  await session.close()
})

test("[IDB4] random histories of sessions that never close leave the store and a plain model with equal answers", async () => {
  const makeDying = () => {
    const name = freshName()
    return {
      store: { name, open: async () => withoutClose(await (await otherTab()).indexedDbStore(name).open()) }
    }
  }
  for (let seed = 1; seed <= 6; seed++)
    await expect(runStoreHistory(makeDying, seed)).resolves.toBeUndefined()
})

/** A session whose process dies where another one would close. */
function withoutClose(session: StoreSession): StoreSession {
  return new Proxy(session, {
    get: (target, name) => {
      if (name === "close") return () => Promise.resolve()
      const member: unknown = Reflect.get(target, name, target)
      return typeof member === "function" ? (member.bind(target) as unknown) : member
    }
  })
}
