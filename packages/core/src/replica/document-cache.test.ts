import fc from "fast-check"
import { expect, test } from "vitest"
import type { DocumentId } from "../document/document-id.ts"
import { memoryStore } from "../store/memory-store.ts"
import { openCore, put, settle, type } from "../testing/core-fixture.ts"
import { keepStore } from "../testing/kept-batches.ts"

const ids = Array.from({ length: 8 }, (_, i) => `notes/${i}` as DocumentId)

test("[RE1] no more is held than the budget allows, but for the document used last", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat({ max: 7 }), { maxLength: 40 }),
      fc.integer({ min: 0, max: 20_000 }),
      async (uses, budget) => {
        const { core, ...replica } = await openCore({ memoryBudgetBytes: budget })
        for (const use of uses) {
          const state = await core.load(ids[use] as DocumentId)
          type({ core, ...replica }, state, "x".repeat(use * 100 + 1))
          await core.writer.idle()
          expect(core.cache.heldBytes <= budget || core.cache.size === 1).toBe(true)
        }
      }
    ),
    { numRuns: 20 }
  )
})

test("[RE1] what the budget allows is held", async () => {
  const probe = await openCore()
  type(probe, await probe.load(), "x".repeat(1000))
  await settle(probe)
  const each = probe.core.cache.heldBytes
  const replica = await openCore({ memoryBudgetBytes: each * 3 })
  for (const id of ids) {
    type(replica, await replica.load(id), "x".repeat(1000))
    await settle(replica)
  }
  expect(replica.core.cache.size).toBe(3)
})

test("[RE2] there is never more than one live copy of a document, evicted or not", async () => {
  const replica = await openCore({ memoryBudgetBytes: 0 })
  const states = await Promise.all(ids.map(id => replica.load(id)))
  const again = await Promise.all(ids.map(id => replica.load(id)))
  expect(again.every((state, i) => state === states[i])).toBe(true)
  const [one, two] = await Promise.all([replica.load("notes/new"), replica.load("notes/new")])
  expect(one).toBe(two)
})

test("[RE3] an evicted document comes back with the value it had", async () => {
  const replica = await openCore({ memoryBudgetBytes: 0, store: memoryStore() })
  for (const [i, id] of ids.entries()) put(replica, await replica.load(id), "n", i)
  await settle(replica)
  // What a garbage collection would come to: nobody holds the states, so the cache forgets them.
  for (const id of ids) replica.core.cache.remove(id)
  for (const [i, id] of ids.entries())
    expect((await replica.load(id)).document.value()).toMatchObject({ n: i })
})

test("[RE4] a document stays in memory while work of it is on its way, while it is blocked, and while it is watched", async () => {
  let isBroken = false
  const kept = keepStore(memoryStore(), () => {
    if (isBroken) throw new Error("disk full")
  })
  const replica = await openCore({ store: kept.store, memoryBudgetBytes: 0 })
  isBroken = true
  const heard: unknown[] = []
  const stop = replica.core.subscribe(await replica.load("notes/watched"), change => heard.push(change))
  put(replica, await replica.load("notes/blocked"), "n", 1)
  await settle(replica)
  const kinds = (await replica.load("notes/blocked")).blocked?.code
  const pinned = [...replica.core.pinned()].map(({ id }) => id).sort()
  expect([kinds, pinned]).toEqual(["store-failed", ["notes/blocked", "notes/watched"]])
  stop()
  expect([...replica.core.pinned()].map(({ id }) => id)).toEqual(["notes/blocked"])
})
