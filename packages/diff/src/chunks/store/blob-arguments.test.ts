import { describe, expect, it } from "vitest"
import { errorCode } from "../../testing/error-code.ts"
import { type BlobManifest, encodeManifest } from "./blob-manifest.ts"
import { storeSource } from "./chunk-source.ts"
import { fetchBlob } from "./fetch-blob.ts"
import { memoryChunkStore } from "./memory-chunk-store.ts"
import { missingChunks } from "./missing-chunks.ts"
import { readBlob } from "./read-blob.ts"
import { storeBlob } from "./store-blob.ts"

// What JavaScript can write although the types do not allow it.
const untyped = (value: unknown) => value as never
const from = memoryChunkStore()
const right = await storeBlob(from, "a", new Uint8Array(100))
const source = storeSource(from)

/** A store that says what it was asked for. */
function watched() {
  const asked: string[] = []
  const store = memoryChunkStore()
  store.get = async id => void asked.push(id)
  const none = async (ids: readonly string[]) => {
    asked.push(...ids)
    return ids.map(() => false)
  }
  store.has = none
  store.addReferences = (_, ids) => none(ids)
  return { store, asked }
}

describe("a manifest that is none", () => {
  const wrong: readonly (readonly [string, unknown])[] = [
    ["no object", null],
    ["bytes", encodeManifest(right)],
    ["empty", {}],
    ["without a root", { ...right, root: undefined }],
    ["with a path as root", { ...right, root: "../../etc/passwd" }],
    ["with a root in upper case", { ...right, root: "AB".repeat(32) }],
    ["with a short hash", { ...right, hash: "zz" }],
    ["with a text as length", { ...right, length: "100" }],
    ["of no length", { ...right, length: Number.NaN }],
    ["of negative length", { ...right, length: -1 }],
    ["with a negative height", { ...right, height: -1 }],
    ["with half a height", { ...right, height: 0.5 }],
    ["too high", { ...right, height: 17 }],
    ["of one chunk that is too long", { ...right, length: 2 ** 24 + 1 }]
  ]

  it.each(wrong)("[CB8] %s, is damaged before anything is asked for", async (_, given) => {
    const { store, asked } = watched()
    const manifest = given as BlobManifest
    const spy = { load: async (ids: readonly string[]) => ids.map(id => void asked.push(id)) }
    expect(await errorCode(() => readBlob(store, manifest).next())).toBe("blob-damaged")
    expect(await errorCode(() => missingChunks(store, manifest, spy).next())).toBe("blob-damaged")
    expect(await errorCode(() => fetchBlob(store, "a", manifest, spy))).toBe("blob-damaged")
    expect(await errorCode(() => encodeManifest(manifest))).toBe("blob-damaged")
    expect(asked).toEqual([])
  })

  it("[CB8] is not one whose members are on its class", async () => {
    class Decoded {
      length = right.length
      height = right.height
      get hash() {
        return right.hash
      }
      get root() {
        return right.root
      }
    }
    expect(await errorCode(() => readBlob(from, new Decoded()).next())).toBe("none")
  })

  it("[CB8] the message of one that was not decoded says so", async () => {
    const read = readBlob(from, untyped(encodeManifest(right))).next()
    await expect(read).rejects.toThrow("decodeManifest")
  })
})

describe("arguments no type allows", () => {
  const fetchWith = (options: unknown) =>
    errorCode(() => fetchBlob(memoryChunkStore(), "a", right, source, untyped(options)))

  it.each([
    ["no options", null],
    ["a signal that is none", { signal: 5 }],
    ["an onProgress that is no function", { onProgress: 5 }],
    ["a text as maxBytes", { maxBytes: "1000" }],
    ["NaN as maxBytes", { maxBytes: Number.NaN }],
    ["a text as maxChunks", { maxChunks: "5" }],
    ["NaN as maxChunks", { maxChunks: Number.NaN }]
  ])("[CB11] %s: fetchBlob refuses", async (_, options) => {
    expect(await fetchWith(options)).toBe("argument-invalid")
  })

  it.each([
    ["no options", null],
    ["a signal that is none", { signal: 5 }],
    ["an onProgress that is no function", { onProgress: 5 }]
  ])("[CB11] %s: storeBlob refuses, and closes its source", async (_, options) => {
    let closed = 0
    const stream = new ReadableStream<Uint8Array>({ cancel: () => void closed++ })
    const stored = () => storeBlob(memoryChunkStore(), "a", stream, untyped(options))
    expect(await errorCode(stored)).toBe("argument-invalid")
    expect(closed).toBe(1)
  })

  it("[CB11] [CB9] those that are there and undefined are as left out", async () => {
    const none = { signal: undefined, onProgress: undefined, maxBytes: undefined, maxChunks: undefined }
    expect(await fetchWith(none)).toBe("none")
  })

  it("[CB11] a store is no source, and the message says how to make one", async () => {
    const fetched = fetchBlob(memoryChunkStore(), "a", right, untyped(from))
    await expect(fetched).rejects.toMatchObject({
      code: "argument-invalid",
      message: expect.stringContaining("storeSource")
    })
    const walk = missingChunks(memoryChunkStore(), right, untyped(from))
    await expect(walk.next()).rejects.toMatchObject({ code: "argument-invalid" })
  })

  it.each([null, undefined, {}, 5])(
    "[CB11] a source whose load gives %s and no list is refused",
    async given => {
      const odd = untyped({ load: async () => given })
      expect(await errorCode(() => fetchBlob(memoryChunkStore(), "a", right, odd))).toBe("argument-invalid")
      const walk = missingChunks(memoryChunkStore(), { ...right, height: 1 }, odd)
      await walk.next()
      expect(await errorCode(() => walk.next())).toBe("argument-invalid")
    }
  )

  it("[CB6] a chunk whose buffer was transferred is damaged", async () => {
    const gone = new Uint8Array(100)
    structuredClone(gone, { transfer: [gone.buffer] })
    const fetched = fetchBlob(memoryChunkStore(), "a", right, { load: async () => [gone] })
    await expect(fetched).rejects.toMatchObject({ code: "blob-damaged" })
  })

  it("[CB11] a range that is no object is refused", async () => {
    expect(await errorCode(() => readBlob(from, right, untyped(null)).next())).toBe("argument-invalid")
  })
})
