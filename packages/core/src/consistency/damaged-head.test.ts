import { expect, test } from "vitest"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { openReplica } from "../replica/open-replica.ts"
import type { Replica } from "../replica/replica.ts"
import { memoryStore } from "../store/memory-store.ts"
import { damageHead } from "../testing/damaged-store.ts"
import { MemorySinkPlace, memorySink } from "../testing/memory-sink.ts"

/** A replica of five projected documents, one of which has a damaged head since. */
async function withDamage(place: MemorySinkPlace): Promise<Replica> {
  const store = memoryStore()
  const open = () => openReplica({ store, engine: yjs(), sinks: [memorySink(place)] })
  const before = await open()
  for (let i = 0; i < 5; i++) {
    const document = await before.load(`notes/${i}`)
    await document.change(draft => {
      draft["n"] = i
    }).projected
  }
  await before.close()
  await damageHead(store, "notes/2" as never)
  return open()
}

test("[VF8] a document whose head does not decode is a finding, and the others are verified", async () => {
  const replica = await withDamage(new MemorySinkPlace())
  const [sink] = (await replica.verify()).sinks
  expect(sink).toMatchObject({
    counts: { consistent: 4, unreadable: 1 },
    findings: [{ id: "notes/2", class: "unreadable" }]
  })
})

test("[VF8] repair leaves its record alone and says why", async () => {
  const place = new MemorySinkPlace()
  const replica = await withDamage(place)
  const record = place.records.get("notes/2")
  const { operations } = await replica.repair()
  expect(operations).toMatchObject([
    { id: "notes/2", outcome: "failed", reason: expect.stringContaining("does not load") }
  ])
  expect(place.records.get("notes/2")).toBe(record)
})
