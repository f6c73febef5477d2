import { Readable } from "node:stream"
import { expect, it, vi } from "vitest"
import { type ByteSource, closeUnread, piecesOf } from "./byte-source.ts"

/** What callers without types may give. */
const lengths = async (source: unknown): Promise<number[]> => {
  const found: number[] = []
  for await (const piece of piecesOf(source as ByteSource)) found.push(piece.length)
  return found
}

const mapped = (transform: () => Uint8Array) =>
  new TransformStream({ transform: (_, controller) => controller.enqueue(transform()) })

it.each<[string, unknown, RegExp]>([
  ["a text", "text", /not String: give `new TextEncoder\(\).encode\(text\)`/],
  ["a Blob", new Blob(["text"]), /not Blob: give `blob.stream\(\)`/],
  ["a buffer", new ArrayBuffer(8), /not ArrayBuffer: give `new Uint8Array\(buffer\)`/],
  ["wider numbers", new Uint16Array(8), /not Uint16Array: give .*view.byteLength/],
  ["a response", new Response("text"), /not Response: give its `body`/],
  ["nothing", undefined, /not undefined$/],
  ["an object", {}, /not Object$/],
  ["an array of numbers", [1, 2], /gave Number as a piece$/],
  ["pieces of wider numbers", [new Uint16Array(1)], /gave Uint16Array as a piece: give/],
  ["a stream of texts", new Blob(["text"]).stream().pipeThrough(new TextDecoderStream()), /set no encoding/]
])("[BS1] %s is refused, with what to give", async (_, source, message) => {
  await expect(lengths(source)).rejects.toMatchObject({
    code: "source-invalid",
    message: expect.stringMatching(message)
  })
  await expect(closeUnread(source as ByteSource)).resolves.toBeUndefined()
})

it("[BS1] bytes whose buffer was transferred are refused, and not taken for empty ones", async () => {
  const gone = new Uint8Array(8)
  structuredClone(gone, { transfer: [gone.buffer] })
  for (const source of [gone, [gone], new Blob(["a"]).stream().pipeThrough(mapped(() => gone))])
    await expect(lengths(source)).rejects.toMatchObject({
      code: "source-invalid",
      message: expect.stringContaining("transferred")
    })
})

it("[BS1] arrays, iterables and streams are taken", async () => {
  const bytes = Uint8Array.of(1, 2, 3)
  expect(await lengths(bytes)).toEqual([3])
  expect(await lengths(Buffer.from(bytes))).toEqual([3])
  expect(await lengths([bytes, bytes])).toEqual([3, 3])
  expect(await lengths(new Blob([bytes]).stream())).toEqual([3])
})

it("[BS4] what nobody has read yet is closed too", async () => {
  const cancel = vi.fn<() => void>()
  await closeUnread(new ReadableStream({ cancel }))
  expect(cancel).toHaveBeenCalledOnce()
  const node = Readable.from([])
  await closeUnread(node)
  expect(node.destroyed).toBe(true)
})

it("[BS2] bytes at hand come in pieces of 256 KiB, those of streams as they come", async () => {
  const long = new Uint8Array((1 << 19) + 1)
  expect(await lengths(long)).toEqual([1 << 18, 1 << 18, 1])
  const whole = piecesOf(long, Number.POSITIVE_INFINITY)
  expect((await whole.next()).value).toHaveLength(long.length)
  expect((await whole.next()).done).toBe(true)
  expect(await lengths([long, new Uint8Array(0)])).toEqual([long.length])
})
