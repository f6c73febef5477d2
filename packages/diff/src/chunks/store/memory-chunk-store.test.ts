import { test } from "vitest"
import { chunkStoreContract } from "./chunk-store-contract.ts"
import { memoryChunkStore } from "./memory-chunk-store.ts"

for (const { title, run } of chunkStoreContract("memory", memoryChunkStore)) test(title, () => run())
