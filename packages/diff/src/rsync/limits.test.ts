import { createHash } from "node:crypto"
import { describe, expect, it } from "vitest"
import { blockBytesFor, headBytesFor, strongBytesFor } from "./block-size.ts"
import { delta as deltaOf, deltaToBytes } from "./delta.ts"
import { patch, patchToBytes } from "./patch.ts"
import { KeyedHash } from "./keyed-hash.ts"
import { readSignature } from "./read-signature.ts"
import { signature as signatureOf, signatureToBytes } from "./signature.ts"
import { SignatureWriter } from "./signature-writer.ts"

/** Bytes in which nothing repeats, the same in every run. */
function noise(length: number, seed = 0): Uint8Array {
  const out = new Uint8Array(length)
  for (let at = 0, block = 0; at < length; at += 32, block++) {
    const digest = createHash("sha256").update(`${seed} ${block}`).digest()
    out.set(digest.subarray(0, length - at), at)
  }
  return out
}

function code(expected: string): object {
  return { code: expected }
}

describe("signature", () => {
  it("[RS3] two keys share no sums", async () => {
    const old = noise(5000)
    const [a, b] = await Promise.all(
      [noise(32, 1), noise(32, 2)].map(async key =>
        readSignature(await signatureToBytes(old, { key, strongBytes: 8 }))
      )
    )
    expect(a?.blocks).toBe(b?.blocks)
    expect(a?.weak.filter((sum, i) => sum !== 0 && sum === b?.weak[i])).toHaveLength(0)
    expect(a?.strong).not.toEqual(b?.strong)
  })

  it("[RS3] a key may be overwritten once the call was made", async () => {
    const key = noise(32, 1)
    const made = signatureToBytes(noise(100), { key })
    key.fill(0)
    expect(await made).toEqual(await signatureToBytes(noise(100), { key: noise(32, 1) }))
  })

  it("[RS4] the block size follows from the length", () => {
    expect(blockBytesFor(0)).toBe(256)
    expect(blockBytesFor(256 ** 2 + 1)).toBe(264)
    expect(blockBytesFor(9_000_000)).toBe(3000)
    expect(blockBytesFor(2 ** 40)).toBe(2 ** 21)
    expect(blockBytesFor(2 ** 41)).toBe(2 ** 22)
    expect(blockBytesFor(undefined)).toBe(8192)
    expect(() => blockBytesFor(2 ** 41 + 1)).toThrow(expect.objectContaining(code("rsync-limit")))
  })

  it("[RS5] so does the length of strong sums", () => {
    expect(strongBytesFor(0, 256)).toBe(2)
    // 24 + 12 + 20 bits, of which the weak sum has 32.
    expect(strongBytesFor(9_000_000, 3000)).toBe(3)
    expect(strongBytesFor(2 ** 41, 2 ** 22)).toBe(7)
    expect([headBytesFor(2 ** 30 - 1), headBytesFor(2 ** 30)]).toEqual([0, 2])
  })

  it("[RS5] [RS1] head sums are made and understood", async () => {
    const [old, next] = [
      noise(20_000),
      Uint8Array.from([...noise(9_000), 1, ...noise(20_000).subarray(9_003)])
    ]
    const header = { key: noise(32), accept: [], blockBytes: 2048, strongBytes: 5, headBytes: 2 }
    const writer = new SignatureWriter(
      header,
      await KeyedHash.create(header.key),
      await KeyedHash.create(header.key)
    )
    for (let at = 0; at < old.length; at += 2048) writer.add(old.subarray(at, at + 2048))
    const delta = await deltaToBytes(writer.finish(), next)
    expect(delta.length).toBeLessThan(2048 + 100)
    expect(await patchToBytes(old, delta)).toEqual(next)
  })

  it("[RS14] wrong options are refused", async () => {
    const old = noise(100)
    for (const options of [
      { key: noise(31) },
      { blockBytes: 15 },
      { blockBytes: 2 ** 22 + 1 },
      { blockBytes: 20.5 },
      { strongBytes: 0 },
      { strongBytes: 33 },
      { length: 99 },
      { length: -1 },
      { length: Number.NaN },
      { length: "100" as unknown as number }
    ])
      await expect(signatureToBytes([old], options)).rejects.toMatchObject(code("rsync-option-invalid"))
  })

  it.each([
    [{ accept: ["gzip"] }, '"gzip"'],
    [{ accept: ["gzip"] }, '"brotli" or "zstd" or "deflate"'],
    [{ accept: "brotli" }, "no list"],
    [{ key: "0123456789abcdef0123456789abcdef" }, "32 bytes and no text"]
  ])("[RS14] %o is refused, not taken for something else", async (options, named) => {
    const made = signatureToBytes(noise(100), options as object)
    await expect(made).rejects.toMatchObject({
      ...code("rsync-option-invalid"),
      message: expect.stringContaining(named)
    })
  })

  it("[RS14] a level nobody knows is refused, naming those there are, and its source closed", async () => {
    let closed = false
    const stream = new ReadableStream<Uint8Array>({ cancel: () => void (closed = true) })
    const made = deltaToBytes(await signatureToBytes(noise(100)), stream, { level: "most" } as object)
    const message = expect.stringContaining('"fast" or "small"')
    await expect(made).rejects.toMatchObject({ ...code("rsync-option-invalid"), message })
    expect(closed).toBe(true)
  })

  it("[RS14] options that are there and undefined are the defaults", async () => {
    const options = {
      maxBytes: undefined,
      maxBlocks: undefined,
      level: undefined,
      accept: undefined
    } as object
    const old = noise(1000)
    const signature = await signatureToBytes(old, options)
    expect(await patchToBytes(old, await deltaToBytes(signature, old, options), options)).toEqual(old)
  })

  it("[RS14] limits that are no numbers are refused, not taken for none", async () => {
    const [old, signature] = [noise(100), await signatureToBytes(noise(100))]
    const delta = await deltaToBytes(signature, old)
    for (const limit of [Number.NaN, -1, "5" as unknown as number, null as unknown as number]) {
      const refused = [
        deltaToBytes(signature, old, { maxBlocks: limit }),
        patchToBytes(old, delta, { maxBytes: limit })
      ]
      for (const made of refused)
        await expect(made).rejects.toMatchObject({
          ...code("rsync-option-invalid"),
          message: expect.stringContaining(`is ${typeof limit === "string" ? '"5"' : limit}, it must`)
        })
    }
  })

  it.each<[string, unknown]>([
    ["options", null],
    ["signal", { signal: 5 }],
    ["onProgress", { onProgress: 5 }]
  ])(
    "[RS14] %s that are none are refused by name, and what would have been read closed",
    async (name, odd) => {
      let closed = 0
      const stream = (): ReadableStream<Uint8Array> => new ReadableStream({ cancel: () => void closed++ })
      const options = odd as object
      const refused = [
        signatureToBytes(stream(), options),
        deltaToBytes(stream(), stream(), options),
        patchToBytes(noise(100), stream(), options)
      ]
      for (const made of refused)
        await expect(made).rejects.toMatchObject({
          ...code("rsync-option-invalid"),
          message: expect.stringContaining(name)
        })
      expect(closed).toBe(4)
    }
  )

  it("[RS2] a source may use its Buffer again for each piece", async () => {
    const reused = function* (bytes: Uint8Array): Generator<Uint8Array> {
      const buffer = Buffer.alloc(3)
      for (let at = 0; at < bytes.length; at += 3) {
        buffer.set(bytes.subarray(at, at + 3))
        yield buffer.subarray(0, Math.min(3, bytes.length - at))
      }
    }
    const [old, next] = [noise(3000), noise(3000, 1)]
    const delta = await deltaToBytes(reused(await signatureToBytes(old)), next)
    expect(await patchToBytes(old, reused(delta))).toEqual(next)
  })

  it("[BS1] pieces that are no bytes are refused, not passed over", async () => {
    const buffers = [new ArrayBuffer(9)] as unknown as Uint8Array[]
    await expect(signatureToBytes(buffers)).rejects.toMatchObject({ code: "source-invalid" })
  })

  it("[RS9] does not list more blocks than a signature may have", async () => {
    const old = new Uint8Array(16 * 2 ** 19 + 1)
    await expect(signatureToBytes(old, { blockBytes: 16 })).rejects.toMatchObject(code("rsync-limit"))
  })
})

describe("delta", () => {
  it("[RS2] long literals are cut into the same windows however they come", async () => {
    const [old, next] = [noise(300_000), noise(5_000_000, 1)]
    next.set(old.subarray(0, 100_000), 2_500_000)
    const signature = await signatureToBytes(old, { accept: [] })
    const delta = await deltaToBytes(signature, next)
    for (const cut of [1_000, 65_537, 3_333_333])
      expect(Buffer.compare(await deltaToBytes(signature, pieces(next, cut)), delta)).toBe(0)
    expect(Buffer.compare(await patchToBytes(old, delta), next)).toBe(0)
  })

  it("[RS1] more runs than a window takes go into several", async () => {
    const old = noise(16)
    const next = Uint8Array.from({ length: 17 * 70_000 }, (_, i) =>
      i % 17 === 0 ? i / 17 : (old[(i % 17) - 1] ?? 0)
    )
    const delta = await deltaToBytes(
      await signatureToBytes(old, { blockBytes: 16, accept: ["brotli"] }),
      next
    )
    expect(Buffer.compare(await patchToBytes(old, delta), next)).toBe(0)
  })

  it("[BS3] an old version that is not read as asked for is noticed at once", async () => {
    const old = noise(1000)
    const delta = await deltaToBytes(await signatureToBytes(old), old)
    const cut = { length: 1000, read: () => old.subarray(1) }
    await expect(patchToBytes(cut, delta)).rejects.toMatchObject({
      code: "source-invalid",
      message: expect.stringContaining("gave 999")
    })
    const buffer = { length: 1000, read: () => old.buffer as unknown as Uint8Array }
    await expect(patchToBytes(buffer, delta)).rejects.toMatchObject({ code: "source-invalid" })
  })

  it("[BS3] an old version that cannot be read is refused, and the delta closed", async () => {
    let closed = false
    const stream = new ReadableStream<Uint8Array>({ cancel: () => void (closed = true) })
    const made = patchToBytes(new Blob(["old"]) as unknown as Uint8Array, stream)
    await expect(made).rejects.toMatchObject({ code: "argument-invalid" })
    expect(closed).toBe(true)
  })

  it("[RS6] finds moved and repeated blocks, and those after a short last one only at the end", async () => {
    const old = noise(10_000)
    const signature = await signatureToBytes(old, { blockBytes: 512, accept: [] })
    const next = Uint8Array.from([...old.subarray(5_120), ...old, ...old])
    // 272 bytes of the last block inside, twice; at the end it is found.
    expect((await deltaToBytes(signature, next)).length).toBeLessThan(2 * 272 + 120)
  })

  it("[RS9] more blocks than allowed are refused, and more content", async () => {
    const old = noise(10_000)
    const signature = await signatureToBytes(old, { blockBytes: 100 })
    await expect(deltaToBytes(signature, old, { maxBlocks: 99 })).rejects.toMatchObject(code("rsync-limit"))
    const delta = await deltaToBytes(signature, old, { maxBlocks: 100 })
    await expect(patchToBytes(old, delta, { maxBytes: 9_999 })).rejects.toMatchObject(code("rsync-limit"))
    await expect(lengths(patch(old, delta, { maxBytes: 9_999 }))).rejects.toMatchObject(code("rsync-limit"))
    expect(await patchToBytes(old, delta, { maxBytes: 10_000 })).toEqual(old)
  })

  it("[RS12] compresses only by methods that the signature accepts", async () => {
    const [old, next] = [new Uint8Array(0), new Uint8Array(100_000).fill(7)]
    const kinds = await Promise.all(
      ([[], ["deflate"], ["deflate", "brotli"]] as const).map(async accept => {
        const delta = await deltaToBytes(await signatureToBytes(old, { accept }), next)
        expect(await patchToBytes(old, delta)).toEqual(next)
        return delta[KIND_AT]
      })
    )
    expect(kinds).toEqual([1, 2, 3])
  })

  it("[RS12] stores what compression would make longer", async () => {
    const delta = await deltaToBytes(await signatureToBytes(new Uint8Array(0)), noise(1000))
    expect(delta[KIND_AT]).toBe(1)
  })

  it("[RS10] pieces stay small however long the content", async () => {
    const old = noise(8 << 20)
    const signed = await lengths(signatureOf(old, { blockBytes: 256 }))
    expect(Math.max(...signed)).toBeLessThan(4096 * 8 + 100)
    const bytes = await signatureToBytes(old, { accept: [] })
    expect(Math.max(...(await lengths(deltaOf(bytes, noise(8 << 20, 1)))))).toBeLessThan(2.1 * 2 ** 20)
    const own = await deltaToBytes(bytes, old)
    expect(Math.max(...(await lengths(patch(old, own))))).toBe(1 << 18)
  })
})

/** Where the kind of the first window stands if blocks have 256 bytes and the old version is empty. */
const KIND_AT = 4 + 32 + 2 + 1

function* pieces(bytes: Uint8Array, length: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length)
}

async function lengths(stream: AsyncIterable<Uint8Array>): Promise<number[]> {
  const all: number[] = []
  for await (const piece of stream) all.push(piece.length)
  return all
}
