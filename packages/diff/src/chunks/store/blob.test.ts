import { describe, expect, it } from "vitest"
import { type BlobManifest, decodeManifest, encodeManifest } from "./blob-manifest.ts"
import { ChunkHasher } from "./chunk-id.ts"
import { storeSource } from "./chunk-source.ts"
import type { ChunkStore } from "./chunk-store.ts"
import { fetchBlob } from "./fetch-blob.ts"
import { type BlobPart, encodeNode } from "./manifest-node.ts"
import { memoryChunkStore } from "./memory-chunk-store.ts"
import { type MissingChunk, missingChunks } from "./missing-chunks.ts"
import { readBlob } from "./read-blob.ts"
import { storeBlob } from "./store-blob.ts"

const options = { minBytes: 64, averageBytes: 128, maxBytes: 1024 }

function randomBytes(seed: number, length: number): Uint8Array {
  let state = seed
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state >>> 24
  })
}

async function drain(pieces: AsyncIterable<Uint8Array>): Promise<number> {
  let length = 0
  for await (const piece of pieces) length += piece.length
  return length
}

/** A store with one node over chunks, put by hand and named by a manifest. */
async function handMade(
  chunks: readonly Uint8Array[]
): Promise<{ store: ChunkStore; manifest: BlobManifest }> {
  const store = memoryChunkStore()
  const hasher = await ChunkHasher.create()
  const put = chunks.map(bytes => ({ id: hasher.chunkId(bytes), bytes, children: [] }))
  const parts = put.map(({ id, bytes }) => ({ id, length: bytes.length }))
  const bytes = encodeNode({ height: 1, children: parts })
  const root = hasher.nodeId(bytes)
  const node = { id: root, bytes, children: put.map(({ id }) => id) }
  await store.put({ holder: "a", put: [...put, node] })
  const content = new Uint8Array(Buffer.concat(chunks))
  return { store, manifest: { length: content.length, hash: hasher.chunkId(content), height: 1, root } }
}

describe("storing", () => {
  it("[CB2] an edit of a long content stores a few new chunks and nodes", async () => {
    const store = memoryChunkStore()
    const content = randomBytes(1, 300_000)
    await storeBlob(store, "old", [content], options)
    content[150_000] = 1 ^ (content[150_000] ?? 0)
    const next = memoryChunkStore()
    const manifest = await storeBlob(next, "new", [content], options)
    let loaded = 0
    const source = {
      load: (ids: readonly string[]) => {
        loaded += ids.length
        return storeSource(next).load(ids)
      }
    }
    await fetchBlob(store, "new", manifest, source)
    expect(manifest.height).toBeGreaterThanOrEqual(2)
    expect(loaded).toBeLessThanOrEqual(2 * manifest.height + 2)
  })

  it("[CB4] while it stores, the holder refers to little more than the children of open nodes", async () => {
    const store = memoryChunkStore()
    let most = 0
    const put = store.put.bind(store)
    store.put = async batch => {
      await put(batch)
      most = Math.max(most, (await store.references("a")).length)
    }
    await storeBlob(store, "a", [randomBytes(1, 300_000)], options)
    expect(most).toBeGreaterThan(10)
    expect(most).toBeLessThan(150)
  })

  it("[CB3] the same content has the same manifest, however it came", async () => {
    const content = randomBytes(2, 50_000)
    const whole = await storeBlob(memoryChunkStore(), "a", [content], options)
    const cut = [content.slice(0, 77), content.slice(77, 30_000), content.slice(30_000)]
    expect(await storeBlob(memoryChunkStore(), "b", cut, options)).toEqual(whole)
  })

  it("[CB3] an empty content is one empty chunk", async () => {
    const store = memoryChunkStore()
    const manifest = await storeBlob(store, "a", [])
    expect(manifest).toMatchObject({ length: 0, height: 0, root: manifest.hash })
    expect(await drain(readBlob(store, manifest))).toBe(0)
  })
})

describe("reading", () => {
  it("[CB1] a range outside of the blob is refused", async () => {
    const store = memoryChunkStore()
    const manifest = await storeBlob(store, "a", [randomBytes(1, 10)])
    for (const range of [{ start: -1 }, { end: 11 }, { start: 5, end: 4 }, { start: 0.5 }])
      await expect(readBlob(store, manifest, range).next()).rejects.toMatchObject({
        code: "blob-range-invalid"
      })
  })

  it("[CB1] a range reads only the nodes and chunks it touches", async () => {
    const { store, manifest } = await handMade([1, 2, 3].map(seed => randomBytes(seed, 100)))
    let gets = 0
    const get = store.get.bind(store)
    store.get = id => {
      gets++
      return get(id)
    }
    expect(await drain(readBlob(store, manifest, { start: 100, end: 200 }))).toBe(100)
    expect(await drain(readBlob(store, manifest, { start: 100, end: 100 }))).toBe(0)
    expect(gets).toBe(2)
  })

  it("[CB6] a missing chunk and one with other bytes are told", async () => {
    const { store, manifest } = await handMade([randomBytes(1, 100), randomBytes(2, 100)])
    await store.release("a", [manifest.root])
    await expect(readBlob(store, manifest).next()).rejects.toMatchObject({ code: "chunk-missing" })
    const put = [{ id: manifest.root, bytes: randomBytes(3, 100), children: [] }]
    await store.put({ holder: "a", put })
    await expect(readBlob(store, manifest).next()).rejects.toMatchObject({ code: "blob-damaged" })
  })

  it("[CB6] a manifest with another hash is told at the end of the whole", async () => {
    const { store, manifest: right } = await handMade([randomBytes(1, 100), randomBytes(2, 100)])
    const manifest = { ...right, hash: right.root }
    await expect(drain(readBlob(store, manifest))).rejects.toMatchObject({ code: "blob-damaged" })
    expect(await drain(readBlob(store, manifest, { start: 1 }))).toBe(199)
  })
})

describe("fetching", () => {
  it("[CB7] a blob above the limit is refused before anything is asked for", async () => {
    const { store, manifest } = await handMade([randomBytes(1, 100)])
    const fetched = fetchBlob(memoryChunkStore(), "b", manifest, storeSource(store), { maxBytes: 99 })
    await expect(fetched).rejects.toMatchObject({ code: "blob-too-large" })
  })

  it("[CB5] nodes that stand in each other many times over are named once", async () => {
    const hasher = await ChunkHasher.create()
    const nodes = new Map<string, Uint8Array>()
    let parts = [1, 2].map(seed => ({ id: hasher.chunkId(randomBytes(seed, 64)), length: 64 }))
    for (let height = 1; height <= 7; height++) {
      const [a, b] = parts as [BlobPart, BlobPart]
      parts = [
        Array.from({ length: 16 }, (_, i) => (i % 2 === 0 ? a : b)),
        Array.from({ length: 16 }, (_, i) => (i % 3 === 0 ? a : b))
      ].map(children => {
        const bytes = encodeNode({ height, children })
        nodes.set(hasher.nodeId(bytes), bytes)
        return { id: hasher.nodeId(bytes), length: children.reduce((sum, { length }) => sum + length, 0) }
      })
    }
    const [root] = parts as [BlobPart]
    const manifest = { length: root.length, hash: root.id, height: 7, root: root.id }
    const source = { load: async (ids: readonly string[]) => ids.map(id => nodes.get(id)) }
    const named: MissingChunk[] = []
    for await (const one of missingChunks(memoryChunkStore(), manifest, source)) named.push(one)
    expect(named.filter(one => one.height > 0)).toHaveLength(13)
    expect(named).toHaveLength(13 + 4)
  })

  it("[CB6] nothing damaged is stored", async () => {
    const { store, manifest } = await handMade([randomBytes(1, 100), randomBytes(2, 100)])
    const source = {
      load: async (ids: readonly string[]) =>
        (await storeSource(store).load(ids)).map((bytes, i) => (i === 1 ? randomBytes(9, 100) : bytes))
    }
    const target = memoryChunkStore()
    await expect(fetchBlob(target, "b", manifest, source)).rejects.toMatchObject({ code: "blob-damaged" })
    expect(await target.references("b")).toEqual([])
  })

  it("[CB6] a source that lacks a chunk is told", async () => {
    const { manifest } = await handMade([randomBytes(1, 100)])
    const fetched = fetchBlob(memoryChunkStore(), "b", manifest, storeSource(memoryChunkStore()))
    await expect(fetched).rejects.toMatchObject({ code: "chunk-missing" })
  })

  it.each([
    { why: "short chunks before the last", sizes: [63, 100] },
    { why: "an empty last chunk", sizes: [100, 0] }
  ])("[CB7] nodes that no writer makes are refused: $why", async ({ sizes }) => {
    const { store, manifest } = await handMade(sizes.map((size, i) => randomBytes(i, size)))
    await expect(drain(readBlob(store, manifest))).rejects.toMatchObject({ code: "blob-damaged" })
  })

  it("[CB7] a node that stands for another length is refused", async () => {
    const { store, manifest } = await handMade([randomBytes(1, 100), randomBytes(2, 100)])
    const longer = { ...manifest, length: 201 }
    await expect(drain(readBlob(store, longer))).rejects.toMatchObject({ code: "blob-damaged" })
  })
})

describe("manifests", () => {
  it("[CB8] are read as written", async () => {
    const { manifest } = await handMade([randomBytes(1, 100)])
    expect(decodeManifest(encodeManifest(manifest))).toEqual(manifest)
  })

  it("[CB8] other bytes are refused", async () => {
    const bytes = encodeManifest((await handMade([randomBytes(1, 100)])).manifest)
    const wrong = [
      bytes.slice(1),
      bytes.slice(0, -1),
      Uint8Array.of(...bytes, 0),
      bytes.with(0, 2),
      bytes.with(34, 17)
    ]
    for (const one of wrong)
      expect(() => decodeManifest(one)).toThrow(expect.objectContaining({ code: "blob-damaged" }))
  })
})
