import fc from "fast-check"
import { expect, test } from "vitest"
import { sha256 } from "#platform"
import type { DocumentId } from "../document/document-id.ts"
import { systemPorts } from "../ports/system-ports.ts"
import type { StoredHead, StoreSession } from "../store/store.ts"
import { memoryStore } from "../store/memory-store.ts"
import { exchange, openCore, put, settle } from "../testing/core-fixture.ts"
import { runsOf } from "../testing/core-runs.ts"
import { RootIndex } from "./root-index.ts"

const options = { secret: new Uint8Array(32), timers: systemPorts().timers }

const id = fc
  .tuple(fc.constantFrom("a", "b"), fc.nat({ max: 30 }))
  .map(([collection, key]) => `${collection}/${key}` as DocumentId)

function plain(roots: readonly { readonly collection: string; readonly root: Uint8Array }[]): unknown {
  return roots.map(({ collection, root }) => [collection, Buffer.from(root).toString("hex")])
}

test("[RE7] roots are those of the stored heads, whatever is appended while they are built and after", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(id, fc.boolean()), { maxLength: 40 }),
      fc.nat({ max: 40 }),
      async (writes, when) => {
        const replica = await openCore()
        let building: Promise<unknown> | undefined
        for (const [i, [document, waits]] of writes.entries()) {
          if (i === when) building = replica.host.unitRoots()
          put(replica, await replica.load(document), "n", i)
          if (waits) await replica.core.writer.idle()
        }
        await building
        await settle(replica)
        expect(plain(await replica.host.unitRoots())).toEqual(
          plain(await new RootIndex(replica.core.session, options).roots())
        )
      }
    ),
    runsOf(60)
  )
})

test("[RE8] replicas have equal roots exactly where they have equal documents", async () => {
  await fc.assert(
    fc.asyncProperty(id, fc.array(id, { maxLength: 10 }), async (changed, others) => {
      const [a, b] = [await openCore(), await openCore()]
      for (const [i, document] of [...others, changed].entries()) put(a, await a.load(document), "n", i)
      for (const document of new Set([...others, changed])) await exchange(a, b, 1, document)
      expect(plain(await a.host.unitRoots())).toEqual(plain(await b.host.unitRoots()))
      put(a, await a.load(changed), "n", -1)
      await settle(a)
      expect(plain(await a.host.unitRoots())).not.toEqual(plain(await b.host.unitRoots()))
    }),
    runsOf(30)
  )
})

test("[RE9] roots that could not be built are built again when next asked for", async () => {
  const session = await memoryStore().open()
  let isBroken = true
  const broken = new Proxy(session, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name, target)
      if (name === "scanHeads" && isBroken) return async () => Promise.reject(new Error("I/O error"))
      return typeof member === "function" ? (member.bind(target) as unknown) : member
    }
  })
  const roots = new RootIndex(broken, options)
  await expect(roots.roots()).rejects.toThrow("I/O error")
  isBroken = false
  expect(await roots.roots()).toEqual([])
})

test("[RE7] a digest appended after its page was read, and before it was taken in, stays", async () => {
  const replica = await openCore()
  put(replica, await replica.load("a/1"), "n", 1)
  await settle(replica)
  const { session } = replica.core
  const slow: Pick<StoreSession, "scanHeads" | "loadHead"> = {
    loadHead: one => session.loadHead(one),
    scanHeads: async page => {
      const heads = await session.scanHeads(page)
      put(replica, await replica.load("a/1"), "n", 2)
      await settle(replica)
      for (const { id: document, digest } of await session.scanHeads({ limit: 9 }))
        roots.set(document, digest)
      return heads
    }
  }
  const roots = new RootIndex(slow, options)
  expect(plain(await roots.roots())).toEqual(plain(await new RootIndex(session, options).roots()))
})

test("[RE34] while roots are built of a store that answers at once, others get their turn", async () => {
  const documents = 10_000
  const heads = Array.from({ length: documents }, (_, i): StoredHead => {
    const key = String(i).padStart(5, "0")
    return {
      id: `a/${key}` as DocumentId,
      position: i + 1,
      digest: sha256(new TextEncoder().encode(key)),
      body: new Uint8Array()
    }
  })
  const reader: Pick<StoreSession, "scanHeads" | "loadHead"> = {
    loadHead: async () => undefined,
    scanHeads: async ({ limit, after }) => {
      const from = after === undefined ? 0 : Number(after.slice(2)) + 1
      return heads.slice(from, from + limit)
    }
  }
  let [turns, isDone] = [0, false]
  const turn = () => {
    turns++
    if (!isDone) setImmediate(turn)
  }
  setImmediate(turn)
  const roots = await new RootIndex(reader, options).roots()
  isDone = true
  expect(roots.map(root => root.documents)).toEqual([documents])
  // A page, and a stretch of hashing, between two turns.
  expect(turns).toBeGreaterThanOrEqual(documents / 500 - 1 + Math.floor(documents / 1_000))
})
