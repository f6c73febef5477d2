import { expect, test } from "vitest"
import { chunkStoreContract } from "./chunk-store-contract.ts"
import { memoryChunkStore } from "./memory-chunk-store.ts"

for (const { title, run } of chunkStoreContract("memory", memoryChunkStore)) test(title, () => run())

test("[CS2] a Buffer is copied too, though its slice is no copy", async () => {
  const store = memoryChunkStore()
  const bytes = Buffer.from("chunk")
  await store.put({ holder: "a", put: [{ id: "1", bytes, children: [] }] })
  bytes.fill(0)
  ;(await store.get("1"))?.fill(0)
  expect(await store.get("1")).toEqual(new TextEncoder().encode("chunk"))
})
