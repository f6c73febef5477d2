import { expect, test } from "vitest"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { memoryTransport } from "../link/memory-transport.ts"
import { systemPorts } from "../ports/system-ports.ts"
import type { Sink } from "../projection/sink.ts"
import { memoryStore } from "../store/memory-store.ts"
import { memorySink, MemorySinkPlace } from "../testing/memory-sink.ts"
import { openReplica } from "./open-replica.ts"

/** Two replicas feed one sink, one after the other, and each verifies what is there then. */
async function verifiedByBoth(own: { readonly sealKey?: Uint8Array }): Promise<readonly object[]> {
  const place = new MemorySinkPlace()
  const open = () =>
    openReplica({ store: memoryStore(), engine: yjs(), sinks: [{ sink: memorySink(place), ...own }] })
  const [ada, bob] = [await open(), await open()]
  const { timers } = systemPorts()
  const link = ada.connect(memoryTransport(timers, connection => bob.accept(connection)))
  await link.synced()
  for (const [replica, id] of [
    [ada, "notes/1"],
    [bob, "notes/2"]
  ] as const) {
    await (await replica.load(id)).change(draft => void (draft.title = id)).projected
    await link.synced()
    for (const each of [ada, bob]) await each.sink("memory").drain()
  }
  const counts: object[] = []
  for (const replica of [ada, bob]) {
    const { clean, sinks } = await replica.verify()
    counts.push({ clean, ...sinks[0]?.counts })
  }
  await ada.close()
  await bob.close()
  return counts
}

test("[PJ45] under one key all that feed a sink find it right", async () => {
  const right = { clean: true, consistent: 2, mismatch: 0 }
  expect(await verifiedByBoth({ sealKey: new Uint8Array(32).fill(7) })).toMatchObject([right, right])
})

test("[PJ45] under keys of their own each finds the others' records wrong", async () => {
  const found = (await verifiedByBoth({})) as { readonly clean: boolean; readonly mismatch: number }[]
  expect(found.some(({ clean, mismatch }) => !clean && mismatch > 0)).toBe(true)
})

test.each<[string, unknown]>([
  ["16 bytes", new Uint8Array(16)],
  ["33 bytes", new Uint8Array(33)],
  ["a text", "k".repeat(32)],
  ["a list", Array.from({ length: 32 }, () => 1)]
])("[PJ45] %s is refused as a key", async (_, sealKey) => {
  const sinks = [{ sink: memorySink(), sealKey: sealKey as Uint8Array }]
  await expect(openReplica({ store: memoryStore(), engine: yjs(), sinks })).rejects.toMatchObject({
    code: "options-invalid"
  })
})

test("[PJ45] one that is said to be undefined is the store's", async () => {
  const sinks = [{ sink: memorySink(), sealKey: undefined } as object as { readonly sink: Sink }]
  const replica = await openReplica({ store: memoryStore(), engine: yjs(), sinks })
  await (await replica.load("notes/1")).change(draft => void (draft.n = 1)).projected
  expect((await replica.verify()).clean).toBe(true)
  await replica.close()
})
