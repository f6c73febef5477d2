import { hlcStampFromParts } from "@syncline/clock"
import { expect, test } from "vitest"
import {
  put,
  settle,
  type,
  type TestCore,
  exchange,
  noteId,
  openCore,
  pull
} from "../testing/core-fixture.ts"
import { documentOf } from "../testing/core-past.ts"
import { watchedStore } from "../testing/core-watched-store.ts"
import { faultyStore } from "../testing/faulty-store.ts"
import { memoryStore } from "../store/memory-store.ts"

async function typeWord(replica: TestCore, word: string): Promise<void> {
  for (const [i, character] of Array.from(word).entries()) type(replica, await replica.load(), character, i)
}

test("[HI8] a version of an entry is the document with just that and what is listed below", async () => {
  const replica = await openCore()
  await typeWord(replica, "abc")
  const document = await documentOf(replica)
  const { entries, older } = await document.history()
  const bodies = await Promise.all(
    entries.map(async ({ version }) => (await document.at(version)).value["body"])
  )
  expect([bodies, older]).toEqual([["abc", "ab", "a"], undefined])
  expect(entries[0]?.version.compare(document.version)).toBe("equal")
})

test("[HI8] the next page goes on where the last ended, whatever came in meanwhile", async () => {
  const [a, b] = [await openCore(), await openCore()]
  // Older than all that follows, and not here yet.
  type(b, await b.load(), "x")
  await typeWord(a, "abcdef")
  const document = await documentOf(a)
  const first = await document.history({ limit: 2 })
  await pull(a, b)
  type(a, await a.load(), "y")
  const second = await document.history({ limit: 10, before: first.older ?? document.version })
  const seqs = [...first.entries, ...second.entries].map(({ dot }) => dot.seq)
  expect(seqs).toEqual([6, 5, 4, 3, 2, 1])
  const last = second.entries[0]?.version ?? document.version
  expect((await document.at(last)).value).toEqual({ body: "abcd" })
})

test("[HI8] `after` lists what came since a version, and versions count what it had", async () => {
  const replica = await openCore()
  await typeWord(replica, "abc")
  const document = await documentOf(replica)
  const { version } = document
  await pull(replica, await typed("x"))
  const { entries } = await document.history({ after: version })
  expect(entries.map(({ dot }) => dot.seq)).toEqual([1])
  const all = await document.history()
  expect(entries[0]?.version).toEqual(all.entries.find(({ dot }) => dot.actor === entries[0]?.actor)?.version)
})

test("[HI3] entries say who, when, what and why, and whether they are durable", async () => {
  const appending = Promise.withResolvers<void>()
  const delay = (append: number) => (append === 1 ? undefined : appending.promise)
  const replica = await openCore({ store: faultyStore(memoryStore(), { delay }) })
  const document = await documentOf(replica)
  const state = await replica.load()
  document.change(draft => Object.assign(draft, { title: "a" }), { meta: { author: "Ada" } })
  const { dot, hash, stamp } = state.pending[0]?.commit ?? {}
  const [entry] = (await document.history()).entries
  const what = { kind: "change", untrusted: false, durable: false, meta: { author: "Ada" }, dependencies: [] }
  expect(entry).toMatchObject({ dot, actor: replica.core.identity.actor, hash, stamp, ...what })
  expect(new Date(entry?.timeMs ?? 0).getUTCFullYear()).toBe(2026)
  appending.resolve()
  await settle(replica)
  expect((await document.history()).entries[0]?.durable).toBe(true)
})

test("[HI3] dependencies have their hashes, also where these went without saying", async () => {
  const [a, b] = [await openCore(), await typed("b")]
  await typeWord(a, "a")
  await exchange(a, b)
  const built = put(b, await b.load(), "on", 1)
  await pull(a, b)
  const [entry] = (await (await documentOf(a)).history()).entries
  expect(entry?.dependencies).toEqual(built.commit.dependencies)
  expect(built.commit.dependencies.length).toBe(1)
})

test("[HI10] commits are listed by time; a stamp from the future brings up what builds on it, and is marked", async () => {
  const future = hlcStampFromParts(Date.UTC(2080, 0))
  const liar = await openCore({ ports: { time: { nowMs: () => Date.UTC(2080, 0) } } })
  const [a, b] = [await openCore(), await openCore()]
  const beside = put(b, await b.load(), "beside", 1)
  const lie = type(liar, await liar.load(), "l")
  const built = [lie]
  await pull(a, liar)
  for (const [to, from] of [
    [a, b],
    [b, a],
    [a, b],
    [b, a]
  ] as const) {
    built.push(put(to, await to.load(), "on", built.length))
    await pull(from, to)
  }
  const { entries } = await (await documentOf(a)).history()
  const expected = [...built.toReversed(), beside].map(({ commit }) => commit.dot)
  expect(entries.map(({ dot }) => dot)).toEqual(expected)
  expect(entries.map(({ untrusted }) => untrusted)).toEqual([false, false, false, false, true, false])
  expect(entries[4]?.stamp).toBeGreaterThanOrEqual(future)
})

test("[HI3] what is folded is not listed, and `base` says what it was", async () => {
  const replica = await openCore()
  await typeWord(replica, "abcdef")
  await settle(replica)
  await replica.core.compactor.fold(noteId, 0)
  await typeWord(replica, "xy")
  const { entries, base } = await (await documentOf(replica)).history()
  expect([entries.map(({ dot }) => dot.seq), base.height]).toEqual([[8, 7], 6])
})

test("[HI9] changes are told against what the author saw", async () => {
  const [a, b] = [await openCore(), await typed("b")]
  type(a, await a.load(), "a")
  put(a, await a.load(), "key", 1)
  await pull(a, b)
  const { entries } = await (await documentOf(a)).history()
  const ofB = entries.find(({ actor }) => actor === b.core.identity.actor)
  const { before, after, patch } = (await ofB?.changes()) ?? {}
  expect([before?.height, after?.height]).toEqual([0, 1])
  expect(patch).toEqual([{ op: "replace", path: "/body", value: "b" }])
})

test("[HI9] where that is folded in part, against that and the base; nothing once the commit is folded itself", async () => {
  const [a, b] = [await openCore(), await typed("b")]
  type(a, await a.load(), "a")
  await settle(a)
  await a.core.compactor.fold(noteId, 0)
  await pull(a, b)
  const document = await documentOf(a)
  const [entry] = (await document.history()).entries
  const { before, patch } = (await entry?.changes()) ?? {}
  expect([before?.height, patch]).toEqual([
    1,
    [{ op: "replace", path: "/body", value: document.value["body"] }]
  ])
  await settle(a)
  await a.core.compactor.fold(noteId, 0)
  await expect(entry?.changes()).rejects.toMatchObject({ code: "version-before-base" })
})

test("[HI12] the log is read once; a page then reads the records of its entries", async () => {
  const store = memoryStore()
  const { store: watched, log } = watchedStore(store)
  const replica = await openCore({ store: watched })
  for (let i = 0; i < 600; i++) {
    type(replica, await replica.load(), "x")
    await settle(replica)
  }
  const document = await documentOf(replica)
  const { older } = await document.history({ limit: 5 })
  log.records = 0
  await document.history({ limit: 5, ...(older === undefined ? {} : { before: older }) })
  expect(log.records).toBe(5)
})

test("[HI13] a page has 1 to 10,000 entries", async () => {
  const document = await documentOf(await openCore())
  for (const limit of [0, 1.5, 10_001, Number.NaN])
    await expect(document.history({ limit })).rejects.toMatchObject({ code: "options-invalid" })
  expect(await document.history({ limit: 1 })).toMatchObject({ entries: [] })
})

async function typed(character: string): Promise<TestCore> {
  const replica = await openCore()
  type(replica, await replica.load(), character)
  return replica
}
