import { gzipSync } from "node:zlib"
import { describe, expect, it, vi } from "vitest"
import { errorCode } from "../testing/error-code.ts"
import { applyDelta } from "./apply/apply-delta.ts"
import { applyDeltaStream } from "./apply/apply-delta-stream.ts"
import { checksum, runningChecksum } from "./container/checksum.ts"
import { deltaFeatures } from "./delta-features.ts"
import { encodeDelta } from "./encode-delta.ts"
import type { RandomAccess } from "../stream/random-access.ts"
import { matchBytes } from "./matcher/match-bytes.ts"

const old = noise(1, 200_000)
const next = Uint8Array.from([...old.subarray(0, 100_000), 1, 2, 3, ...old.subarray(100_000)])
const HEADER_TO_CHECKS = 7

describe("encodeDelta", () => {
  it("[BD3] costs 21 bytes for versions that are the same", async () => {
    expect((await encodeDelta(old, old)).length).toBe(3 + 3 + 1 + 4 + 8 + 2)
  })

  it("[BD4] a version of 2^32 bytes is refused", async () => {
    const huge = { length: 2 ** 32 } as Uint8Array
    expect(await errorCode(() => matchBytes(old, huge))).toBe("binary-too-large")
  })

  it("[BD10] stores what no method is accepted for", async () => {
    const letters = new Uint8Array(5000).map((_, index) => 97 + ((index * index) % 11))
    const delta = await encodeDelta(new Uint8Array(0), letters, { accept: [] })
    expect(delta.length).toBeGreaterThan(5000)
    expect((await encodeDelta(new Uint8Array(0), letters)).length).toBeLessThan(500)
  })

  it.each<[string, object]>([
    ["level", { level: "smallest" }],
    ["accept", { accept: "brotli" }],
    ["mixingBudgetBytes", { mixingBudgetBytes: Number.NaN }]
  ])("[BD14] an odd %s is refused by name", async (name, options) => {
    await expect(encodeDelta(old, next, options)).rejects.toMatchObject({
      code: "argument-invalid",
      message: expect.stringContaining(name)
    })
  })

  it("[BD14] options that are there and undefined are the defaults", async () => {
    const options = { level: undefined, accept: undefined, mixingBudgetBytes: undefined } as object
    expect(await encodeDelta(old, next, options)).toEqual(await encodeDelta(old, next))
  })

  it("[BD11] an aborted signal ends it with its reason", async () => {
    const reason = new Error("enough")
    await expect(encodeDelta(old, next, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })

  it("[BD13] a signal aborted by a timer meanwhile ends it", async () => {
    const aborting = new AbortController()
    setTimeout(() => aborting.abort("late"))
    const long = encodeDelta(old, noise(2, 8 << 20), { signal: aborting.signal })
    await expect(long).rejects.toBe("late")
  })

  it("[BD13] so does one aborted while all of the old version is indexed", async () => {
    const aborting = new AbortController()
    const long = noise(2, 8 << 20)
    setTimeout(() => aborting.abort("late"))
    await expect(encodeDelta(long, noise(3, 1000), { signal: aborting.signal })).rejects.toBe("late")
  })

  it("[BD13] a long version is hashed in turns, to the checksum it has at once", async () => {
    const long = new Uint8Array(40 << 20)
    let turns = 0
    setImmediate(() => turns++)
    const sum = await checksum(long)
    const whole = await runningChecksum()
    whole.update(long)
    expect(sum).toEqual(whole.digest())
    expect(turns).toBe(1)
  })

  it("[BD11] progress is told in growing shares", async () => {
    const shares: number[] = []
    await encodeDelta(old, noise(2, 3 << 20), { onProgress: share => void shares.push(share) })
    expect(shares.length).toBeGreaterThan(1)
    expect(shares).toEqual(shares.toSorted((a, b) => a - b))
    expect(shares.indexOf(1)).toBe(shares.length - 1)
  })

  it("[BD11] progress ends with 1 where next to nothing changed, and for what is in gzip files", async () => {
    const shares: number[] = []
    const onProgress = (share: number) => void shares.push(share)
    await encodeDelta(old, old.slice().fill(7, 5000, 5001), { onProgress })
    await encodeDelta(gzipSync(old), gzipSync(next), { onProgress })
    expect(shares).toEqual([1, 1])
  })
})

describe("a delta of another base", () => {
  const other = old.slice().fill(7, 5000, 5001)

  it("[BD5] of another length is refused", async () => {
    const delta = await encodeDelta(old, next)
    expect(await errorCode(() => applyDelta(old.subarray(1), delta))).toBe("binary-base-mismatch")
  })

  it("[BD5] of the same length is refused", async () => {
    const delta = await encodeDelta(old, next)
    expect(await errorCode(() => applyDelta(other, delta))).toBe("binary-base-mismatch")
  })

  it("[BD5] is told from a damaged delta where its contents make no sense", async () => {
    const letters = new Uint8Array(100_000).map((_, index) => 97 + ((index * index) % 11))
    const delta = await encodeDelta(letters, letters.toReversed(), { level: "small" })
    expect(await errorCode(() => applyDelta(new Uint8Array(100_000), delta))).toBe("binary-base-mismatch")
    const file = gzip(letters)
    const contents = await encodeDelta(file, gzip(letters.toReversed()))
    expect(await errorCode(() => applyDelta(new Uint8Array(file.length), contents))).toBe(
      "binary-base-mismatch"
    )
  })

  it("[BD5] gives not a chunk of a stream", async () => {
    const chunks = applyDeltaStream(other, [await encodeDelta(old, next)])
    expect(await errorCode(() => chunks.next())).toBe("binary-base-mismatch")
  })
})

describe("a result with another checksum", () => {
  it("[BD6] is not returned", async () => {
    const delta = flipped(await encodeDelta(old, next), HEADER_TO_CHECKS + 4)
    expect(await errorCode(() => applyDelta(old, delta))).toBe("binary-result-mismatch")
  })

  it("[BD6] ends a stream with an error", async () => {
    const delta = flipped(await encodeDelta(old, next), HEADER_TO_CHECKS + 4)
    expect(await errorCode(() => drain(applyDeltaStream(old, [delta])))).toBe("binary-result-mismatch")
  })
})

describe("limits", () => {
  it("[BD14] that are no numbers are refused, and so is what is no bytes", async () => {
    const delta = await encodeDelta(old, next)
    const limits = { maxBytes: Number.NaN }
    const nothing = undefined as unknown as Uint8Array
    const stream = applyDeltaStream(old, delta, { maxBufferedBytes: Number.NaN })
    expect(await errorCode(() => applyDelta(old, delta, { limits }))).toBe("argument-invalid")
    expect(await errorCode(() => stream.next())).toBe("argument-invalid")
    expect(await errorCode(() => applyDelta(nothing, delta))).toBe("argument-invalid")
    expect(await errorCode(() => encodeDelta(nothing, next))).toBe("argument-invalid")
  })

  it("[BD9] a longer result than allowed is refused", async () => {
    const delta = await encodeDelta(old, next)
    const limits = { maxBytes: next.length - 1 }
    expect(await errorCode(() => applyDelta(old, delta, { limits }))).toBe("binary-limit")
  })

  it("[BD9] a longer delta than allowed is refused", async () => {
    const delta = await encodeDelta(old, next)
    const limits = { maxDeltaBytes: delta.length - 1 }
    expect(await errorCode(() => applyDelta(old, delta, { limits }))).toBe("binary-limit")
  })

  it("[BS1] what is no bytes is refused", async () => {
    const text = "a delta" as unknown as Uint8Array
    expect(await errorCode(() => applyDelta(old, text))).toBe("source-invalid")
  })

  it("[BD9] contents of gzip files that are made in memory are held to that limit too", async () => {
    const zipped = (length: number) => new Uint8Array(gzipSync(new Uint8Array(length)))
    const files = [zipped(200_000), zipped(200_001)] as const
    const delta = await encodeDelta(...files)
    const apply = (maxBufferedBytes: number) => drain(applyDeltaStream(files[0], delta, { maxBufferedBytes }))
    expect(await errorCode(() => apply(200_000))).toBe("binary-limit")
    expect(Buffer.concat(await apply(200_001))).toEqual(Buffer.from(files[1]))
  })

  it("[BD9] a delta that is not streamed and does not end is read no further than one could be long", async () => {
    const delta = await encodeDelta(old, next, { level: "small", accept: ["mixing"] })
    let read = 0
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
      controller.enqueue(read === 0 ? delta : noise(1, 10_000))
      read += 10_000
    }
    const stream = applyDeltaStream(old, new ReadableStream({ pull }), { maxBufferedBytes: 1_000_000 })
    expect(await errorCode(() => drain(stream))).toBe("binary-delta-invalid")
    expect(read).toBeLessThan(1_200_000)
  })

  it("[BD9] what cannot be streamed is held to a limit of its own", async () => {
    const words = new TextEncoder().encode("so much is the same again and again, ".repeat(40))
    const delta = await encodeDelta(old, words, { level: "small", accept: ["mixing"] })
    const chunks = applyDeltaStream(old, [delta], { maxBufferedBytes: 1000 })
    expect([delta[2], await errorCode(() => chunks.next())]).toEqual([0x11, "binary-limit"])
  })
})

describe("applyDeltaStream", () => {
  it("[BD6] holds its last chunk back until everything was checked", async () => {
    const long = noise(3, 600_000)
    const delta = flipped(await encodeDelta(old, long), HEADER_TO_CHECKS + 8)
    const seen: number[] = []
    const code = await errorCode(async () => {
      for await (const chunk of applyDeltaStream(old, delta)) seen.push(chunk.length)
    })
    expect([code, seen]).toEqual(["binary-result-mismatch", [2 ** 18, 2 ** 18]])
  })

  it("[BD7] gives chunks of one size", async () => {
    const long = noise(3, 600_000)
    const chunks = applyDeltaStream(old, [await encodeDelta(old, long)])
    expect((await drain(chunks)).map(chunk => chunk.length)).toEqual([2 ** 18, 2 ** 18, 600_000 - 2 ** 19])
  })

  it("[BD7] reads a Web stream", async () => {
    const delta = await encodeDelta(old, next)
    const stream = new Blob([new Uint8Array(delta)]).stream()
    const chunks = await drain(applyDeltaStream(old, stream))
    expect(Buffer.concat(chunks).equals(next)).toBe(true)
  })

  it.each<"fast" | "small">(["fast", "small"])("[BD11] an aborted signal ends %s", async level => {
    const delta = await encodeDelta(old, next, { level })
    const aborted = applyDeltaStream(old, delta, { signal: AbortSignal.abort("enough") })
    await expect(aborted.next()).rejects.toBe("enough")
  })

  it("[BD11] a signal aborted between chunks ends it", async () => {
    const long = noise(3, 600_000)
    const aborting = new AbortController()
    const chunks = applyDeltaStream(old, await encodeDelta(old, long), { signal: aborting.signal })
    await chunks.next()
    aborting.abort("enough")
    await expect(chunks.next()).rejects.toBe("enough")
  })

  it.each<[string, (at: number, length: number) => unknown, string]>([
    ["more bytes than asked for", (at, length) => new Uint8Array(length + 1), "source-invalid"],
    ["fewer", (at, length) => old.subarray(at, at + length - 1), "source-invalid"],
    ["no bytes", () => old.buffer, "source-invalid"],
    ["what was asked for", (at, length) => old.slice(at, at + length), "none"]
  ])("[BS3] a reader that gives %s", async (_, read, code) => {
    const delta = await encodeDelta(old, next)
    const access = { length: old.length, read } as RandomAccess
    expect(await errorCode(() => drain(applyDeltaStream(access, delta)))).toBe(code)
  })

  it("[BS3] a reader that changes its mind after the base was checked ends a copy", async () => {
    const delta = await encodeDelta(old, next)
    let reads = 0
    const read = (at: number, length: number) =>
      reads++ < 1 ? old.subarray(at, at + length) : old.subarray(1)
    const chunks = applyDeltaStream({ length: old.length, read }, delta)
    expect(await errorCode(() => chunks.next())).toBe("source-invalid")
  })

  it.each<[string, unknown]>([
    ["null", null],
    ["a Blob", new Blob([old])],
    ["a view", new DataView(old.buffer)],
    ["another name for the length", { size: old.length, read: () => old }]
  ])("[BD14] [BD12] %s as the old version is refused, and the delta closed", async (_, wrong) => {
    const cancel = vi.fn<() => void>()
    const delta = new ReadableStream<Uint8Array>({ cancel })
    const chunks = applyDeltaStream(wrong as RandomAccess, delta)
    expect([await errorCode(() => chunks.next()), cancel.mock.calls.length]).toEqual(["argument-invalid", 1])
  })

  it("[BD12] [BD14] an odd limit closes the source too", async () => {
    const cancel = vi.fn<() => void>()
    const delta = new ReadableStream<Uint8Array>({ cancel })
    const chunks = applyDeltaStream(old, delta, { maxBufferedBytes: Number.NaN })
    expect([await errorCode(() => chunks.next()), cancel.mock.calls.length]).toEqual(["argument-invalid", 1])
  })

  it("[BD12] an error closes the source", async () => {
    let isClosed = false
    const source = (async function* () {
      try {
        for (;;) yield await encodeDelta(old, next)
      } finally {
        isClosed = true
      }
    })()
    await errorCode(() => applyDeltaStream(old.subarray(1), source).next())
    expect(isClosed).toBe(true)
  })
})

describe("gzip files", () => {
  const longer = Uint8Array.from([...old, 1, 2, 3])

  it("[BG2] are compared by their contents", async () => {
    const delta = await encodeDelta(gzip(old), gzip(longer))
    expect(delta[2]).toBe(0x12)
    expect(delta.length).toBeLessThan(100)
  })

  it("[BG3] that cannot be made again are compared as they are", async () => {
    const odd = Uint8Array.from([...gzip(longer), 0])
    const delta = await encodeDelta(gzip(old), odd)
    expect(delta[2]).toBe(0x10)
    expect(await applyDelta(gzip(old), delta)).toEqual(odd)
  })

  it("[BG3] with more before its contents than a delta may hold are compared as they are", async () => {
    const file = gzip(old)
    const name = new Uint8Array(1 << 16).fill(97).fill(0, -1)
    const parts = [file.subarray(0, 3), Uint8Array.of(8), file.subarray(4, 10), name, file.subarray(10)]
    const named = new Uint8Array(Buffer.concat(parts))
    expect(await applyDelta(file, await encodeDelta(file, named))).toEqual(named)
  })

  it("[BG3] are compared as they are if the receiver has another deflater", async () => {
    const accept = (await deltaFeatures()).filter(feature => !feature.startsWith("gzip"))
    const delta = await encodeDelta(gzip(old), gzip(longer), { accept: [...accept, "gzip:00000000"] })
    expect(delta[2]).toBe(0x10)
  })

  it("[BG4] are refused where the deflater is another", async () => {
    const delta = await encodeDelta(gzip(old), gzip(longer))
    const nameAt = 20
    expect(await errorCode(() => applyDelta(gzip(old), flipped(delta, nameAt)))).toBe("binary-unsupported")
  })
})

function noise(seed: number, length: number): Uint8Array {
  let state = seed
  return Uint8Array.from({ length }, () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24)
}

function gzip(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(gzipSync(bytes))
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.map((byte, index) => (index === at ? byte ^ 1 : byte))
}

async function drain(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return all
}
