import { expect, it } from "vitest"
import { ChunkHasher } from "./chunk-id.ts"
import { fetchBlob } from "./fetch-blob.ts"
import { encodeNode } from "./manifest-node.ts"
import { memoryChunkStore } from "./memory-chunk-store.ts"

it("[CB6] a chunk that a node names with two lengths is refused, however often it travels", async () => {
  const hasher = await ChunkHasher.create()
  const chunk = new Uint8Array(64).fill(7)
  const id = hasher.chunkId(chunk)
  const children = [64, 1_000_000].map(length => ({ id, length }))
  const node = encodeNode({ height: 1, children })
  const root = hasher.nodeId(node)
  const hash = hasher.chunkId(new Uint8Array(128).fill(7))
  const held = new Map([
    [id, chunk],
    [root, node]
  ])
  const source = { load: async (ids: readonly string[]) => ids.map(each => held.get(each)) }
  const fetched = fetchBlob(memoryChunkStore(), "a", { length: 1_000_064, height: 1, root, hash }, source)
  await expect(fetched).rejects.toMatchObject({ code: "blob-damaged" })
})
