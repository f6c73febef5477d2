import { expect, it } from "vitest"
import { storeSource } from "./chunk-source.ts"
import { fetchBlob } from "./fetch-blob.ts"
import { memoryChunkStore } from "./memory-chunk-store.ts"
import { missingChunks } from "./missing-chunks.ts"
import { storeBlob } from "./store-blob.ts"

const options = { minBytes: 64, averageBytes: 1024, maxBytes: 4096 }
// Long enough for several nodes; the same comes again, so that chunks stand there twice.
const half = Uint8Array.from({ length: 1 << 20 }, (_, i) => Math.imul(i, 2_654_435_761) >>> 24)
const content = Uint8Array.from([...half, ...half])

it("[CB9] progress of storing is told in bytes, up to all of them", async () => {
  const seen: number[] = []
  const onProgress = (bytes: number) => void seen.push(bytes)
  await storeBlob(memoryChunkStore(), "a", content, { ...options, onProgress })
  expect(seen.length).toBeGreaterThan(100)
  expect(seen).toEqual(seen.toSorted((a, b) => a - b))
  expect(seen.at(-1)).toBe(content.length)
})

it("[CB9] progress of fetching is told in bytes, with those that were stored before", async () => {
  const [from, to] = [memoryChunkStore(), memoryChunkStore()]
  await storeBlob(to, "half", half, options)
  const manifest = await storeBlob(from, "a", content, options)
  const seen: number[] = []
  const onProgress = (bytes: number) => void seen.push(bytes)
  await fetchBlob(to, "a", manifest, storeSource(from), { onProgress })
  expect(seen.length).toBeGreaterThan(1)
  expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b))
  expect(seen.at(-1)).toBe(content.length)
})

it("[CB9] aborting ends storing, and it can be repeated", async () => {
  const store = memoryChunkStore()
  const stop = new AbortController()
  const onProgress = () => stop.abort("enough")
  const stopped = storeBlob(store, "a", content, { ...options, signal: stop.signal, onProgress })
  await expect(stopped).rejects.toBe("enough")
  expect((await storeBlob(store, "a", content, options)).length).toBe(content.length)
})

it("[CB9] aborting ends fetching, before anything is asked for and while it is verified", async () => {
  const [from, to] = [memoryChunkStore(), memoryChunkStore()]
  const manifest = await storeBlob(from, "a", content, options)
  const source = storeSource(from)
  const aborted = fetchBlob(to, "a", manifest, source, { signal: AbortSignal.abort("enough") })
  await expect(aborted).rejects.toBe("enough")
  const stop = new AbortController()
  const onProgress = (bytes: number) => bytes === content.length && stop.abort("late")
  const late = fetchBlob(to, "a", manifest, source, { signal: stop.signal, onProgress })
  await expect(late).rejects.toBe("late")
  await fetchBlob(to, "a", manifest, source)
})

it("[CB6] what a source lacks is named, and another source asked for", async () => {
  const from = memoryChunkStore()
  const manifest = await storeBlob(from, "a", content, options)
  const empty = storeSource(memoryChunkStore())
  const message = expect.stringMatching(new RegExp(`source has no node ${manifest.root}: .* another source`))
  const missing = { code: "chunk-missing", message }
  await expect(fetchBlob(memoryChunkStore(), "b", manifest, empty)).rejects.toMatchObject(missing)
  const walk = missingChunks(memoryChunkStore(), manifest, empty)
  await walk.next()
  await expect(walk.next()).rejects.toMatchObject(missing)
})
