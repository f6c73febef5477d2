import fc from "fast-check"
import { test } from "vitest"
import { memoryStore } from "../store/memory-store.ts"
import { assertEqual } from "../testing/contract-assert.ts"
import { listTrail, replayTrail } from "../testing/core-audit.ts"
import { noteId, openCore, pull, put, settle, type } from "../testing/core-fixture.ts"
import { documentOf } from "../testing/core-past.ts"
import { runsOf } from "../testing/core-runs.ts"
import { keepStore } from "../testing/kept-batches.ts"
import { auditTrail } from "./audit-feature.ts"

const audit = auditTrail()

const step = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom("type" as const, "put" as const) },
  { weight: 2, arbitrary: fc.constantFrom("settle" as const, "tick" as const) },
  { weight: 2, arbitrary: fc.constantFrom("pull" as const, "fold" as const, "snapshot" as const) }
)

/** A life of one replica; gives what its disk held after each append. */
async function live(steps: readonly string[]) {
  const kept = keepStore(memoryStore())
  const [replica, peer] = [await openCore({ store: kept.store, audit }), await openCore()]
  const state = await replica.load()
  for (const [i, what] of steps.entries()) {
    if (what === "type") type(replica, state, `${i % 10}`)
    else if (what === "put") put(replica, state, `k${i % 3}`, i)
    else if (what === "settle") await settle(replica)
    else if (what === "tick") await Promise.resolve()
    else if (what === "fold") void replica.core.compactor.fold(noteId, i % 4).catch(() => {})
    else {
      if (what === "snapshot") await pull(peer, replica)
      type(peer, await peer.load(), "p")
      await settle(peer)
      if (what === "snapshot") await peer.core.compactor.fold(noteId, 0)
      await pull(replica, peer)
    }
  }
  await settle(replica)
  return { disks: kept.disks, entries: await listTrail(replica) }
}

test("[AU9] whatever append a crash comes after, each commit has its entry once, and as it would have been", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async steps => {
      const { disks, entries } = await live(steps)
      for (const store of disks) {
        const reopened = await openCore({ store, audit })
        const found = await listTrail(reopened)
        assertEqual(found, entries.slice(0, found.length), "the trail after a crash")
        assertEqual(
          replayTrail(found, { body: "" }),
          (await documentOf(reopened)).value,
          "what it amounts to"
        )
        put(reopened, await reopened.load(), "more", found.length)
        await settle(reopened)
        await reopened.core.compactor.fold(noteId, 0)
        const more = await listTrail(reopened)
        assertEqual([more.slice(0, -1), more.length], [found, found.length + 1], "the trail after going on")
        await reopened.core.close()
      }
    }),
    runsOf(40)
  )
})
