import fc from "fast-check"
import { expect, test } from "vitest"
import type { Commit } from "../commit/commit.ts"
import { type MemoryStore, memoryStore } from "../store/memory-store.ts"
import { noteId, openCore, pull, put, settle, type } from "../testing/core-fixture.ts"
import { runsOf } from "../testing/core-runs.ts"
import { keepStore } from "../testing/kept-batches.ts"
import { applyCommits } from "./rebuild.ts"

const step = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom("type" as const, "put" as const) },
  { weight: 2, arbitrary: fc.constantFrom("settle" as const, "tick" as const) },
  { weight: 1, arbitrary: fc.constantFrom("pull" as const, "fold" as const) }
)

/** A life of one replica: after each append the disk as it then was, with all commits that had been acknowledged. */
async function live(steps: readonly string[]) {
  const kept = keepStore(memoryStore())
  const [replica, peer] = [await openCore({ store: kept.store }), await openCore()]
  const state = await replica.load()
  const acknowledged: Commit[] = []
  const moments: { readonly disk: MemoryStore | undefined; readonly commits: readonly Commit[] }[] = []
  replica.core.durable.on(({ commits }) => {
    acknowledged.push(...commits)
    moments.push({ disk: kept.disks.at(-1), commits: [...acknowledged] })
  })
  for (const [i, what] of steps.entries()) {
    if (what === "type") type(replica, state, `${i % 10}`)
    else if (what === "put") put(replica, state, `k${i % 3}`, i)
    else if (what === "settle") await settle(replica)
    else if (what === "tick") await Promise.resolve()
    else if (what === "fold") void replica.core.compactor.fold(noteId, i % 4).catch(() => {})
    else {
      type(peer, await peer.load(), "p")
      await pull(replica, peer)
    }
  }
  await settle(replica)
  await replica.core.writer.idle()
  return moments
}

test("[GC9] whatever append a crash comes after, the store opens with just what was acknowledged", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async steps => {
      for (const { disk, commits } of await live(steps)) {
        const reopened = await openCore({ store: disk ?? memoryStore() })
        const state = await reopened.load()
        const { engine, shape, identity } = reopened.core.setupOf(noteId)
        const expected = engine.open({ shape, identity })
        applyCommits(expected, commits)
        expect(state.document.value()).toEqual(expected.value())
        expect(state.meta.version.height).toBe(commits.length)
        expect(commits.every(({ dot }) => state.meta.version.has(dot))).toBe(true)
        await reopened.core.close()
      }
    }),
    runsOf(40)
  )
})

test("[GC9] closing waits for what is pending", async () => {
  const store = memoryStore()
  const replica = await openCore({ store })
  type(replica, await replica.load(), "last words")
  await replica.core.close()
  const again = await openCore({ store })
  expect((await again.load()).document.value()).toEqual({ body: "last words" })
})
