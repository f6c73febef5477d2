import { Readable } from "node:stream"
import { describe, expect, it } from "vitest"
import { applyDeltaStream } from "../binary/apply/apply-delta-stream.ts"
import { encodeDelta } from "../binary/encode-delta.ts"
import { memoryChunkStore } from "../chunks/store/memory-chunk-store.ts"
import { fetchBlob } from "../chunks/store/fetch-blob.ts"
import { storeBlob } from "../chunks/store/store-blob.ts"
import { deltaToBytes } from "../rsync/delta.ts"
import { patchToBytes } from "../rsync/patch.ts"
import { signatureToBytes } from "../rsync/signature.ts"
import { noise } from "../testing/noise.ts"
import { type ByteSource, piecesOf } from "./byte-source.ts"

const old = noise(1, 600_000)
const next = old.toReversed()
const never = new Promise<never>(() => undefined)

/** What gives nothing and does not close either; whoever asks has given up before the answer could come. */
function stalling(): { readonly stop: AbortController; readonly wait: () => Promise<never> } {
  const stop = new AbortController()
  const wait = (): Promise<never> => {
    queueMicrotask(() => stop.abort("enough"))
    return never
  }
  return { stop, wait }
}

const sources: readonly (readonly [string, (wait: () => Promise<never>) => ByteSource])[] = [
  ["a stream", wait => new ReadableStream({ pull: wait, cancel: () => never }, { highWaterMark: 0 })],
  ["a Node stream", wait => new Readable({ read: () => void wait() })],
  ["a generator", wait => generator(wait)],
  ["an iterator", wait => ({ [Symbol.asyncIterator]: () => ({ next: wait, return: () => never }) })]
]

async function* generator(wait: () => Promise<never>): AsyncGenerator<Uint8Array> {
  yield await wait()
}

type Read = (source: ByteSource, signal: AbortSignal) => Promise<unknown>

const signature = await signatureToBytes(old)
const readers: readonly (readonly [string, Read])[] = [
  ["applyDeltaStream", (source, signal) => collect(applyDeltaStream(old, source, { signal }))],
  ["signature", (source, signal) => signatureToBytes(source, { signal })],
  ["delta, of a signature", (source, signal) => deltaToBytes(source, next, { signal })],
  ["delta, of content", (source, signal) => deltaToBytes(signature, source, { signal })],
  ["patch", (source, signal) => patchToBytes(old, source, { signal })],
  ["storeBlob", (source, signal) => storeBlob(memoryChunkStore(), "blob", source, { signal })]
]

async function collect(pieces: AsyncIterable<Uint8Array>): Promise<number> {
  let length = 0
  for await (const piece of pieces) length += piece.length
  return length
}

describe("what stalls", () => {
  const cases = readers.flatMap(([reader, read]) =>
    sources.map(([kind, make]) => [reader, kind, read, make] as const)
  )

  it.each(cases)("[BS4] %s ends with the reason of its signal while %s stalls", async (_, __, read, make) => {
    const { stop, wait } = stalling()
    await expect(read(make(wait), stop.signal)).rejects.toBe("enough")
  })

  it.each(cases)("[BS4] %s ends if its signal was aborted before %s stalls", async (_, __, read, make) => {
    const signal = AbortSignal.abort("before")
    await expect(
      read(
        make(() => never),
        signal
      )
    ).rejects.toBe("before")
  })

  it("[BS4] is told that nothing more is read", async () => {
    const { stop, wait } = stalling()
    const stream = new Readable({ read: () => void wait() })
    await expect(piecesOf(stream, 1, stop.signal).next()).rejects.toBe("enough")
    expect(stream.destroyed).toBe(true)
  })

  it.each([0, 1, 2])("[BS4] after %i reads of the old version ends what applies a delta", async reads => {
    const delta = await encodeDelta(old, old)
    const remote = await deltaToBytes(signature, old)
    for (const apply of [
      (base: object, signal: AbortSignal) => collect(applyDeltaStream(base as never, delta, { signal })),
      (base: object, signal: AbortSignal) => patchToBytes(base as never, remote, { signal })
    ]) {
      const { stop, wait } = stalling()
      let left = reads
      const read = (at: number, length: number) => (left-- > 0 ? old.subarray(at, at + length) : wait())
      await expect(apply({ length: old.length, read }, stop.signal)).rejects.toBe("enough")
    }
  })

  it("[BS4] ends a fetch whose source stalls", async () => {
    const { stop, wait } = stalling()
    const manifest = await storeBlob(memoryChunkStore(), "blob", old)
    const fetched = fetchBlob(memoryChunkStore(), "blob", manifest, { load: wait }, stop)
    await expect(fetched).rejects.toBe("enough")
  })

  it("[BS4] that fails or cannot be closed is told with its own error, or that of the reader", async () => {
    const fail = async () => {
      throw new Error("closing")
    }
    const iterable = (read: () => unknown) => ({
      [Symbol.asyncIterator]: () => ({ next: read, return: fail })
    })
    const failing = iterable(async () => Promise.reject(new Error("reading")))
    await expect(piecesOf(failing as ByteSource).next()).rejects.toThrow("reading")
    const odd = iterable(async () => ({ done: false, value: "text" }))
    await expect(piecesOf(odd as ByteSource).next()).rejects.toMatchObject({ code: "source-invalid" })
  })

  it("[BS4] leaves a signal that is not aborted without listeners", async () => {
    const { signal } = new AbortController()
    let listeners = 0
    signal.addEventListener = () => void listeners++
    signal.removeEventListener = () => void listeners--
    const pieces = [old, old, old]
    expect(await collect(piecesOf(pieces, 1, signal))).toBe(3 * old.length)
    expect(listeners).toBe(0)
  })
})
