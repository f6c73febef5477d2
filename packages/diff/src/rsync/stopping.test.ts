import { describe, expect, it } from "vitest"
import { delta, deltaToBytes } from "./delta.ts"
import { patch, patchToBytes } from "./patch.ts"
import { signatureToBytes } from "./signature.ts"

const old = Uint8Array.from({ length: 50_000 }, (_, i) => (i * i) >> 8)

/** A stream of pieces without end, which tells whether it was cancelled. */
function endless(): { stream: ReadableStream<Uint8Array>; state: { cancelled: boolean } } {
  const state = { cancelled: false }
  const stream = new ReadableStream<Uint8Array>({
    pull: controller => controller.enqueue(old.slice()),
    cancel: () => {
      state.cancelled = true
    }
  })
  return { stream, state }
}

describe("[RS13] stopping", () => {
  it("aborting a signature closes the content", async () => {
    const { stream, state } = endless()
    const ended = signatureToBytes(stream, { signal: AbortSignal.abort("enough") })
    await expect(ended).rejects.toBe("enough")
    expect(state.cancelled).toBe(true)
  })

  it("aborting a delta on the way closes the content", async () => {
    const { stream, state } = endless()
    const stop = new AbortController()
    const onProgress = (bytes: number) => bytes > 200_000 && stop.abort("enough")
    const signature = await signatureToBytes(old)
    await expect(deltaToBytes(signature, stream, { signal: stop.signal, onProgress })).rejects.toBe("enough")
    expect(state.cancelled).toBe(true)
  })

  it.each([
    ["signature", (stream: ReadableStream<Uint8Array>) => signatureToBytes(stream, { blockBytes: 15 })],
    [
      "delta's signature",
      (stream: ReadableStream<Uint8Array>) => deltaToBytes(stream, old, { maxBlocks: -1 })
    ],
    ["delta", (stream: ReadableStream<Uint8Array>) => deltaToBytes(stream, stream, { level: "" } as object)],
    ["patch", (stream: ReadableStream<Uint8Array>) => patchToBytes(old, stream, { maxBytes: -1 })]
  ])("what a %s would read is closed when its options are refused", async (_, make) => {
    const { stream, state } = endless()
    await expect(make(stream)).rejects.toMatchObject({ code: "rsync-option-invalid" })
    expect(state.cancelled).toBe(true)
    expect(stream.locked).toBe(false)
  })

  it("aborting a patch", async () => {
    const made = await deltaToBytes(await signatureToBytes(old), old)
    await expect(patchToBytes(old, made, { signal: AbortSignal.abort("enough") })).rejects.toBe("enough")
  })

  it("a signature that is refused is closed", async () => {
    const { stream, state } = endless()
    await expect(deltaToBytes(stream, old)).rejects.toMatchObject({ code: "rsync-signature-invalid" })
    expect(state.cancelled).toBe(true)
  })

  it("a signature that is refused closes the content too", async () => {
    const { stream, state } = endless()
    await expect(deltaToBytes(new Uint8Array(3), stream)).rejects.toMatchObject({
      code: "rsync-signature-invalid"
    })
    expect(state.cancelled).toBe(true)
  })

  it("leaving a delta before the content is read closes it", async () => {
    const { stream, state } = endless()
    const pieces = delta(await signatureToBytes(old), stream)
    await pieces.next()
    await pieces.return()
    expect(state.cancelled).toBe(true)
  })

  it("aborting a patch that is one long copy", async () => {
    const long = new Uint8Array(4 << 20)
    const made = await deltaToBytes(await signatureToBytes(long), long)
    const stop = new AbortController()
    const pieces = patch(long, made, { signal: stop.signal })
    await pieces.next()
    stop.abort("enough")
    await expect(pieces.next()).rejects.toBe("enough")
  })

  it("aborting a delta of content that is one long piece", async () => {
    const stop = new AbortController()
    const long = Uint8Array.from({ length: 5 << 20 }, (_, i) => Math.imul(i, 2_654_435_761) >>> 13)
    const pieces = delta(await signatureToBytes(old), long, { signal: stop.signal })
    await pieces.next()
    await pieces.next()
    stop.abort("enough")
    await expect(async () => {
      for await (const piece of pieces) expect(piece.length).toBeGreaterThan(0)
    }).rejects.toBe("enough")
  })

  it("leaving a patch early closes the delta", async () => {
    const { stream, state } = endless()
    await expect(patch(old, stream).next()).rejects.toMatchObject({ code: "rsync-delta-invalid" })
    expect(state.cancelled).toBe(true)
  })

  it("progress counts bytes of content", async () => {
    const seen: number[] = []
    const onProgress = (bytes: number) => seen.push(bytes)
    const signature = await signatureToBytes(old, { onProgress })
    const made = await deltaToBytes(signature, [old.subarray(0, 9), old.subarray(9)], { onProgress })
    await patchToBytes(old, made, { onProgress })
    expect(seen).toEqual([50_000, 9, 50_000, 50_000])
  })

  it("progress of content at hand is told every 256 KiB, however little changed", async () => {
    const long = new Uint8Array(5 << 20)
    const steps = Array.from({ length: 20 }, (_, i) => (i + 1) << 18)
    const seen: number[] = []
    const onProgress = (bytes: number) => seen.push(bytes)
    const signature = await signatureToBytes(long, { onProgress })
    const made = await deltaToBytes(signature, long, { onProgress })
    await patchToBytes(long, made, { onProgress })
    expect(seen).toEqual([...steps, ...steps, ...steps])
  })

  it("aborting a signature of content at hand", async () => {
    const stop = new AbortController()
    const onProgress = () => stop.abort("enough")
    const ended = signatureToBytes(new Uint8Array(1 << 20), { signal: stop.signal, onProgress })
    await expect(ended).rejects.toBe("enough")
  })
})
