import { expect, test } from "vitest"
import { Version } from "../commit/version.ts"
import type { Engine } from "../engine/engine.ts"
import type { Document } from "../replica/document.ts"
import { memoryStore } from "../store/memory-store.ts"
import {
  engineInUse,
  exchange,
  noteId,
  openCore,
  pull,
  put,
  settle,
  type,
  type TestCore
} from "../testing/core-fixture.ts"
import { documentOf, type SeenState, seeNow } from "../testing/core-past.ts"
import { watchedStore } from "../testing/core-watched-store.ts"
import { faultyStore } from "../testing/faulty-store.ts"

function code(expected: string): object {
  return expect.objectContaining({ code: expected }) as object
}

async function typedTimes(count: number, replica: TestCore): Promise<Document> {
  for (let i = 0; i < count; i++) type(replica, await replica.load(), String(i % 10), i)
  return documentOf(replica)
}

async function foldAll(replica: TestCore): Promise<void> {
  await settle(replica)
  await replica.core.compactor.fold(noteId, 0)
}

test("[HI1] the version before anything is the empty document", async () => {
  const document = await typedTimes(2, await openCore())
  expect(await document.at(Version.empty)).toEqual({
    version: Version.empty,
    value: { body: "" },
    deleted: false
  })
})

test("[HI7] versions below the base are refused, the base itself is not", async () => {
  const replica = await openCore()
  const document = await typedTimes(3, replica)
  const three = document.version
  await settle(replica)
  const [, two] = (await document.history()).entries.map(({ version }) => version)
  await replica.core.compactor.fold(noteId, 0)
  await typedTimes(2, replica)
  await expect(document.at(two ?? three)).rejects.toEqual(code("version-before-base"))
  await expect(document.diff(two ?? three, three)).rejects.toEqual(code("version-before-base"))
  await expect(document.revertTo(Version.empty)).rejects.toEqual(code("version-before-base"))
  expect((await document.at(three)).value).toEqual({ body: "012" })
})

test("[HI7] versions of commits that are not here are refused, until they are", async () => {
  const [a, b] = [await openCore(), await openCore()]
  const [here, there] = [await typedTimes(1, a), await typedTimes(1, b)]
  await expect(here.at(there.version)).rejects.toEqual(code("version-unknown"))
  await pull(a, b)
  expect((await here.at(there.version)).value).toEqual({ body: "0" })
})

test("[HI7] a version with another commit under a name here is refused", async () => {
  const document = await typedTimes(2, await openCore())
  const entries = document.version.entries.map(entry => ({ ...entry, hash: new Uint8Array(32) }))
  await expect(document.at(Version.from(entries))).rejects.toEqual(code("version-unknown"))
})

test("[HI7] a version without what its commits build on is refused", async () => {
  const [a, b] = [await openCore(), await openCore()]
  await typedTimes(1, a)
  await pull(b, a)
  put(b, await b.load(), "on", 1)
  const document = await documentOf(b)
  const own = document.version.entries.filter(({ actor }) => actor === b.core.identity.actor)
  await expect(document.at(Version.from(own))).rejects.toEqual(code("version-incomplete"))
})

test("[HI7] short hashes, as versions travel, do", async () => {
  const document = await typedTimes(2, await openCore())
  const short = document.version.entries.map(entry => ({ ...entry, hash: entry.hash.slice(0, 8) }))
  expect((await document.at(Version.from(short))).value).toEqual(document.value)
})

test("[HI1] deletions are of their version, those folded included", async () => {
  const replica = await openCore()
  const document = await typedTimes(1, replica)
  const versions = [document.version]
  for (const kind of ["delete", "undelete", "delete"] as const) {
    document[kind]()
    versions.push(document.version)
  }
  const states = await Promise.all(versions.map(version => document.at(version)))
  expect(states.map(({ deleted }) => deleted)).toEqual([false, true, false, true])
  await settle(replica)
  await replica.core.compactor.fold(noteId, 0)
  expect((await document.at(document.version)).deleted).toBe(true)
})

test("[HI2] a version of commits that could not be appended can be read, and is unknown once they are discarded", async () => {
  const replica = await openCore({ store: faultyStore(memoryStore(), { failBefore: [3] }) })
  const document = await typedTimes(1, replica)
  await settle(replica)
  document.change(draft => Object.assign(draft, { lost: 1 }))
  await settle(replica)
  const { version } = document
  expect([document.blocked?.code, (await document.at(version)).value]).toEqual([
    "store-failed",
    { body: "0", lost: 1 }
  ])
  await document.discard()
  await expect(document.at(version)).rejects.toEqual(code("version-unknown"))
  expect((await document.history()).entries.length).toBe(1)
})

test("[HI4] a patch says every change where it is, in both directions", async () => {
  const document = await documentOf(await openCore())
  document.change(draft => Object.assign(draft, { a: 1, b: { c: 2 } }))
  const before = document.version
  document.change(draft => Object.assign(draft, { a: 2 }))
  expect(await document.diff(before, document.version)).toEqual([{ op: "replace", path: "/a", value: 2 }])
  expect(await document.diff(document.version, before)).toEqual([{ op: "replace", path: "/a", value: 1 }])
})

test("[HI14] reading the past changes nothing, and what it gives is frozen and apart from the document", async () => {
  const store = memoryStore()
  const replica = await openCore({ store })
  const document = await typedTimes(3, replica)
  await settle(replica)
  const [live, end] = [document.value, replica.core.session.end]
  const { entries } = await document.history()
  const past = await document.at(entries[2]?.version ?? document.version)
  await settle(replica)
  expect(Object.isFrozen(past.value)).toBe(true)
  expect([document.value === live, replica.core.session.end, past.value]).toEqual([true, end, { body: "0" }])
})

test("[HI13] a fired signal ends it, and so does closing the replica", async () => {
  const replica = await openCore()
  const document = await typedTimes(2, replica)
  const signal = AbortSignal.abort()
  await expect(document.history({ signal })).rejects.toEqual(code("aborted"))
  await expect(document.at(document.version, signal)).rejects.toEqual(code("aborted"))
  await expect(document.diff(document.version, document.version, { signal })).rejects.toEqual(code("aborted"))
  await replica.core.close()
  await expect(document.history()).rejects.toEqual(code("replica-closed"))
})

test.each([1, 2])(
  "[HI1] where the log is folded before its read number %i, all is begun anew",
  async reads => {
    const { store, log } = watchedStore(memoryStore())
    const replica = await openCore({ store })
    const document = await typedTimes(3, replica)
    const armed = (left: number) => async () => {
      if (left > 1) log.beforeNext = armed(left - 1)
      else await foldAll(replica)
    }
    await settle(replica)
    log.beforeNext = armed(reads)
    expect((await document.at(document.version)).value).toEqual(document.value)
    await expect(document.at(Version.empty)).rejects.toEqual(code("version-before-base"))
  }
)

test("[HI1] where it is folded before the base is read, the new base is not taken for the one before", async () => {
  const { store, log } = watchedStore(memoryStore())
  const replica = await openCore({ store })
  await typedTimes(3, replica)
  await foldAll(replica)
  const document = await typedTimes(1, replica)
  const { version } = document
  await typedTimes(1, replica)
  await settle(replica)
  // Now the commits are at hand, and what they come after is not.
  await document.history()
  log.beforeNext = () => foldAll(replica)
  await expect(document.at(version)).rejects.toEqual(code("version-before-base"))
})

/** Tells how many updates its documents were given. */
function counting(engine: Engine): { readonly engine: Engine; readonly count: { updates: number } } {
  const count = { updates: 0 }
  const open: Engine["open"] = options => {
    const document = engine.open(options)
    const apply = document.apply.bind(document)
    document.apply = updates => {
      count.updates += updates.length
      return apply(updates)
    }
    return document
  }
  return { engine: { ...engine, open }, count }
}

test("[HI11] going through a long history step by step replays little", async () => {
  const { engine, count } = counting(engineInUse())
  // The other engine takes much longer for a commit.
  const rounds = engine.name === "yjs" ? 15 : 4
  const [a, b] = [await openCore({ engine }), await openCore({ engine })]
  const seen: SeenState[] = []
  for (let round = 0; round < rounds; round++) {
    for (const replica of [a, b])
      for (let i = 0; i < 10; i++) {
        await typedTimes(5, replica)
        seen.push(await seeNow(replica))
      }
    await exchange(a, b)
  }
  const document = await documentOf(a)
  const { entries } = await document.history({ limit: 1500 })
  count.updates = 0
  for (const { version } of entries) await document.at(version)
  // From the beginning each time it would be half of all commits.
  expect(count.updates / entries.length).toBeLessThan(48)
  count.updates = 0
  for (const { version } of entries.toReversed()) await document.at(version)
  expect(count.updates).toBeLessThan(entries.length + 300)
  expect(entries.length).toBe(rounds * 100)
  // Some of these have what no checkpoint left on the way has, and the other way round.
  for (const { version, value } of seen.toReversed())
    expect((await document.at(version)).value).toEqual(value)
})

test("[HI1] [HI3] whichever moment after a fold was asked for a version is read at, the past then begins with the base", async () => {
  for (let moment = 0; moment < 30; moment++) {
    const store = faultyStore(memoryStore(), { delay: () => new Promise(setImmediate) })
    const replica = await openCore({ store })
    const document = await typedTimes(4, replica)
    await settle(replica)
    const folding = replica.core.compactor.fold(noteId, 0)
    for (let i = 0; i < moment; i++) await Promise.resolve()
    const read = document.at(document.version)
    await folding
    expect((await read).value).toEqual({ body: "0123" })
    expect((await document.history()).entries).toEqual([])
    await replica.core.close()
  }
})
