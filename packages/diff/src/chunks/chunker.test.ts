import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { chunkBytes } from "./chunk-bytes.ts"
import { chunkStream } from "./chunk-stream.ts"
import { Chunker } from "./chunker.ts"
import type { ChunkerOptions } from "./chunker-options.ts"
import { defaultGear, keyedGear } from "./gear-table.ts"

interface Vectors {
  readonly gear: readonly number[]
  readonly keyedGear: { readonly key: string; readonly first: readonly number[] }
  readonly ends: ReadonlyArray<{
    readonly content: { readonly seed: number; readonly length: number }
    readonly options: ChunkerOptions
    readonly ends: readonly number[]
  }>
}

const vectors = JSON.parse(
  readFileSync(new URL("../../vectors/chunks.json", import.meta.url), "utf8")
) as Vectors

/** The generator spec/chunks.md gives for vectors: the top byte of each state of a linear congruence. */
function vectorContent(seed: number, length: number): Uint8Array {
  let state = seed
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state >>> 24
  })
}

describe("gear", () => {
  it("[CK2] the default table is that of the vectors", () => {
    expect([...defaultGear]).toEqual(vectors.gear)
  })

  it("[CK2] a keyed table follows from its key", async () => {
    const { key, first } = vectors.keyedGear
    expect([...(await keyedGear(Buffer.from(key, "hex"))).slice(0, 4)]).toEqual(first)
  })

  it("[CK6] a key of another length is refused", async () => {
    await expect(keyedGear(new Uint8Array(31))).rejects.toMatchObject({ code: "chunk-key-invalid" })
  })

  it("[CK6] a text is no key", async () => {
    const text = "0".repeat(32) as unknown as Uint8Array
    await expect(keyedGear(text)).rejects.toMatchObject({ code: "chunk-key-invalid" })
  })

  it("[CK2] another table cuts elsewhere", async () => {
    const content = vectorContent(1, 100_000)
    const gear = await keyedGear(new Uint8Array(32))
    expect(chunkBytes(content, { gear })).not.toEqual(chunkBytes(content))
  })
})

describe("chunker", () => {
  for (const { content, options, ends } of vectors.ends) {
    it(`[CK1] cuts ${content.length} bytes of seed ${content.seed} as the vectors say`, () => {
      expect(chunkBytes(vectorContent(content.seed, content.length), options)).toEqual(ends)
    })
  }

  const wrong: readonly ChunkerOptions[] = [
    { minBytes: 63 },
    { averageBytes: 63 },
    { averageBytes: 100.5 },
    { averageBytes: Number.NaN },
    { minBytes: 200, averageBytes: 100 },
    { averageBytes: 100, maxBytes: 99 },
    { maxBytes: 2 ** 24 + 1 },
    { gear: new Int32Array(255) }
  ]
  it.each(wrong)("[CK6] refuses %o", options => {
    const code = "chunk-options-invalid"
    expect(() => chunkBytes(new Uint8Array(0), options)).toThrow(expect.objectContaining({ code }))
    expect(() => new Chunker(options)).toThrow(expect.objectContaining({ code }))
  })

  it("[CK4] is as new after finish", () => {
    const chunker = new Chunker({ averageBytes: 128 })
    const content = vectorContent(3, 5000)
    const cutAll = (): Uint8Array[] => [...chunker.push(content), ...chunker.finish()]
    expect(cutAll()).toEqual(cutAll())
  })

  it("[CK4] chunks that were not taken come with the next call", () => {
    const content = vectorContent(3, 300_000)
    const whole = [...new Chunker({ averageBytes: 128 }).push(content)]
    const chunker = new Chunker({ averageBytes: 128 })
    const [first] = chunker.push(content.subarray(0, 200_000))
    chunker.push(content.subarray(200_000))
    const rest = [...chunker.push(new Uint8Array(0))]
    expect([first, ...rest]).toEqual(whole)
    const [next] = chunker.finish()
    const all = Buffer.concat(
      [first, ...rest, next, ...chunker.finish()].filter(chunk => chunk !== undefined)
    )
    expect(all.equals(content)).toBe(true)
  })

  it("[CK4] chunks are the caller's: later pieces do not change them", () => {
    const chunker = new Chunker({ averageBytes: 128 })
    const first = [...chunker.push(vectorContent(3, 100_000))]
    const copies = first.map(chunk => chunk.slice())
    expect([...chunker.push(vectorContent(4, 100_000))].length).toBeGreaterThan(100)
    expect(first).toEqual(copies)
  })

  it("[CK7] leaving a stream early cancels it", async () => {
    let cancelled = false
    const stream = new ReadableStream<Uint8Array>({
      pull: controller => controller.enqueue(new Uint8Array(1000)),
      cancel: () => {
        cancelled = true
      }
    })
    for await (const _ of chunkStream(stream)) break
    expect(cancelled).toBe(true)
  })

  it("[CK7] a stream is cancelled when the options are refused", async () => {
    let cancelled = false
    const stream = new ReadableStream<Uint8Array>({ cancel: () => void (cancelled = true) })
    await expect(chunkStream(stream, { minBytes: 1 }).next()).rejects.toMatchObject({
      code: "chunk-options-invalid"
    })
    expect(cancelled).toBe(true)
  })

  it("[CK6] options that are there and undefined are the defaults", () => {
    const content = vectorContent(5, 100_000)
    const options = { minBytes: undefined, averageBytes: undefined, maxBytes: undefined, gear: undefined }
    expect(chunkBytes(content, options as object)).toEqual(chunkBytes(content))
  })

  it("[CK7] what a stream fails with, chunking fails with", async () => {
    const failure = new Error("line cut")
    const stream = new ReadableStream<Uint8Array>({ pull: controller => controller.error(failure) })
    await expect(chunkStream(stream).next()).rejects.toBe(failure)
  })
})
