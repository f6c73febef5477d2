import { isSynclineError } from "@syncline/clock"
import fc from "fast-check"
import { expect, test } from "vitest"
import type { DocumentId } from "../document/document-id.ts"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { silentLogger } from "../ports/system-ports.ts"
import { type MemoryStore, memoryStore } from "../store/memory-store.ts"
import type { ValueWrite } from "../store/store.ts"
import { openCore, overTheWire, put, settle } from "../testing/core-fixture.ts"
import { runsOf } from "../testing/core-runs.ts"
import { keepStore } from "../testing/kept-batches.ts"
import { openReplica } from "./open-replica.ts"

const ids = ["notes/1", "notes/2", "notes/3"] as const

const document = fc.constantFrom(...ids)
const key = fc.constantFrom("one", "two")

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ what: fc.constant("change" as const), document, key }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant("write" as const), key }) },
  {
    weight: 5,
    arbitrary: fc.record({ what: fc.constantFrom("receive", "refuse", "retry", "discard"), document })
  },
  { weight: 3, arbitrary: fc.record({ what: fc.constantFrom("tick", "settle") }) }
)

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

/** Beside the value itself, a mark under a key of its own: which of them is there. */
const given = (at: string, n: number): readonly ValueWrite[] => [
  { space: "cursors", key: at, value: Uint8Array.of(n) },
  { space: `given ${at}`, key: String(n).padStart(3, "0"), value: Uint8Array.of(n) }
]

/** For each key what lies there, and what was given last of all that is there. */
async function standing(disk: MemoryStore): Promise<readonly (readonly (number | undefined)[])[]> {
  const session = await disk.open()
  const both = ["one", "two"].map(async at => {
    const there = await session.listValues({ space: `given ${at}`, limit: 1000 })
    return [(await session.readValue("cursors", at))?.[0], there.at(-1)?.value[0]]
  })
  const found = await Promise.all(both)
  await session.close()
  return found
}

/** What is received may be under way when the replica is closed; nothing else keeps it from being taken. */
function unlessClosed(error: unknown): void {
  if (!isSynclineError(error, "replica-closed")) throw error
}

/** A life of one replica whose appends fail for some documents. Gives what its disk held after each append. */
async function live(steps: readonly Step[]): Promise<readonly MemoryStore[]> {
  const refused = new Set<string>()
  const kept = keepStore(memoryStore(), ({ documents }) => {
    if (documents.some(({ head }) => refused.has(head.id))) throw new Error("disk full")
  })
  const replica = await openReplica({ store: kept.store, engine: yjs(), ports: { logger: silentLogger } })
  const peer = await openCore({ shape: { kind: "map", fields: {} }, engine: yjs() })
  const open = new Map(
    await Promise.all(ids.map(async id => [id as string, await replica.load(id)] as const))
  )
  for (const [n, one] of steps.entries()) {
    const note = "document" in one ? open.get(one.document) : undefined
    if (one.what === "change" && note?.blocked === undefined && "key" in one)
      note?.change(draft => Object.assign(draft, { n }), { values: given(one.key, n) })
    else if (one.what === "write" && "key" in one) void replica.values.write(given(one.key, n))
    else if (one.what === "receive" && "document" in one) {
      put(peer, await peer.load(one.document), "theirs", n)
      await settle(peer)
      const delta = await peer.host.delta(one.document as DocumentId, {})
      void replica.host.receive({ ...overTheWire(delta), origin: peer.origin }).catch(unlessClosed)
    } else if (one.what === "refuse" && "document" in one) refused.add(one.document)
    else if (one.what === "retry" && "document" in one) {
      refused.delete(one.document)
      void note?.retry().catch(() => {})
    } else if (one.what === "discard") await note?.discard()
    else if (one.what === "tick") await Promise.resolve()
    else if (one.what === "settle") await replica.flush()
  }
  refused.clear()
  for (const note of open.values()) await note.retry()
  await replica.close()
  await peer.core.close()
  return kept.disks
}

test("[GC12] under each key lies what was given last of all that is there, whatever comes in which append", async () => {
  let compared = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async steps => {
      for (const disk of await live(steps)) {
        for (const [lies, last] of await standing(disk)) {
          expect(lies).toBe(last)
          if (last !== undefined) compared++
        }
      }
    }),
    runsOf(60)
  )
  expect(compared).toBeGreaterThan(60)
})
