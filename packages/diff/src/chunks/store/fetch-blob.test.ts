import { describe, expect, it } from "vitest"
import type { BlobManifest } from "./blob-manifest.ts"
import { ChunkHasher } from "./chunk-id.ts"
import { type ChunkSource, storeSource } from "./chunk-source.ts"
import type { ChunkStore } from "./chunk-store.ts"
import { fetchBlob } from "./fetch-blob.ts"
import { type BlobPart, encodeNode } from "./manifest-node.ts"
import { memoryChunkStore } from "./memory-chunk-store.ts"
import { storeBlob } from "./store-blob.ts"

const options = { minBytes: 64, averageBytes: 128, maxBytes: 1024 }

function randomBytes(seed: number, length: number): Uint8Array {
  let state = seed
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state >>> 24
  })
}

/** A store that counts what is read from it. */
function counted(): { store: ChunkStore; reads: () => number } {
  const store = memoryChunkStore()
  const get = store.get.bind(store)
  let reads = 0
  store.get = id => {
    reads++
    return get(id)
  }
  return { store, reads: () => reads }
}

/** A manifest of one chunk of 64 zeros 64^height times: a few nodes that stand for as much as one likes. */
async function bomb(height: number): Promise<{ manifest: BlobManifest; source: ChunkSource }> {
  const hasher = await ChunkHasher.create()
  const chunk = new Uint8Array(64)
  const held = new Map<string, Uint8Array>([[hasher.chunkId(chunk), chunk]])
  let part: BlobPart = { id: hasher.chunkId(chunk), length: 64 }
  for (let level = 1; level <= height; level++) {
    const bytes = encodeNode({ height: level, children: Array.from({ length: 64 }, () => part) })
    part = { id: hasher.nodeId(bytes), length: 64 * part.length }
    held.set(part.id, bytes)
  }
  const manifest = { length: part.length, hash: part.id, height, root: part.id }
  return { manifest, source: { load: async ids => ids.map(id => held.get(id)) } }
}

describe("the cost of fetching", () => {
  it("[CB10] what comes is hashed as it comes, and not read again", async () => {
    const from = memoryChunkStore()
    const manifest = await storeBlob(from, "a", randomBytes(1, 100_000), options)
    const { store, reads } = counted()
    await fetchBlob(store, "a", manifest, storeSource(from))
    expect(reads()).toBe(0)
  })

  it("[CB10] what was there before is read once and checked", async () => {
    const from = memoryChunkStore()
    const content = randomBytes(1, 100_000)
    const { store, reads } = counted()
    await storeBlob(store, "half", content.subarray(0, 50_000), options)
    const manifest = await storeBlob(from, "a", content, options)
    await fetchBlob(store, "a", manifest, storeSource(from))
    const chunks = 100_000 / 128
    expect(reads()).toBeGreaterThan(chunks / 4)
    expect(reads()).toBeLessThan(chunks)
  })

  it("[CB6] what was there before and is damaged is told", async () => {
    const from = memoryChunkStore()
    const content = randomBytes(1, 10_000)
    const manifest = await storeBlob(from, "a", content, options)
    const store = memoryChunkStore()
    await storeBlob(store, "half", content, options)
    store.get = async () => randomBytes(2, 100)
    const fetched = fetchBlob(store, "a", manifest, storeSource(from))
    await expect(fetched).rejects.toMatchObject({ code: "blob-damaged" })
  })

  it.each([
    ["texts", "blob-damaged", (bytes: Uint8Array) => new TextDecoder().decode(bytes)],
    ["buffers", "blob-damaged", (bytes: Uint8Array) => bytes.buffer],
    ["nothing", "chunk-missing", () => null]
  ])("[CB6] a source that gives %s is told, and nothing of it is stored", async (_, code, given) => {
    const from = memoryChunkStore()
    const manifest = await storeBlob(from, "a", new TextEncoder().encode("99"))
    const load = async (ids: readonly string[]) =>
      Promise.all(
        ids.map(async id => given((await from.get(id)) ?? new Uint8Array(0)) as unknown as Uint8Array)
      )
    const store = memoryChunkStore()
    await expect(fetchBlob(store, "a", manifest, { load })).rejects.toMatchObject({ code })
    expect(await store.references("a")).toEqual([])
  })

  it("[CB10] a few nodes that stand for any number of chunks end at the limit", async () => {
    const { manifest, source } = await bomb(4)
    const { store, reads } = counted()
    expect(manifest.length).toBe(2 ** 30)
    const fetched = fetchBlob(store, "a", manifest, source, { maxChunks: 10_000 })
    await expect(fetched).rejects.toMatchObject({ code: "blob-too-large", details: { maxChunks: 10_000 } })
    expect(reads()).toBeLessThan(11_000)
  })

  it("[CB10] as many chunks as allowed pass, and the same content under its own hash", async () => {
    const from = memoryChunkStore()
    const manifest = await storeBlob(from, "a", new Uint8Array(64 * 64), {
      ...options,
      maxBytes: 64,
      averageBytes: 64
    })
    const source = storeSource(from)
    const store = memoryChunkStore()
    const over = fetchBlob(store, "a", manifest, source, { maxChunks: 63 })
    await expect(over).rejects.toMatchObject({ code: "blob-too-large" })
    await fetchBlob(store, "a", manifest, source, { maxChunks: 64 })
    expect(await store.references("a")).toEqual([manifest.root])
  })

  it("[CB10] a content of more chunks than allowed is refused before any of them is asked for", async () => {
    const from = memoryChunkStore()
    const manifest = await storeBlob(from, "a", randomBytes(1, 1800), options)
    expect(manifest.height).toBe(1)
    const asked: string[] = []
    const load = (ids: readonly string[]) => {
      asked.push(...ids)
      return storeSource(from).load(ids)
    }
    const fetched = fetchBlob(memoryChunkStore(), "a", manifest, { load }, { maxChunks: 10 })
    const message = expect.stringContaining("maxChunks")
    await expect(fetched).rejects.toMatchObject({ code: "blob-too-large", message })
    expect(asked).toEqual([manifest.root])
  })
})
