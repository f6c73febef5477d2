import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { chunkBytes } from "./chunk-bytes.ts"
import { chunkStream } from "./chunk-stream.ts"
import type { ChunkerOptions } from "./chunker-options.ts"
import { defaultGear } from "./gear-table.ts"

const options: fc.Arbitrary<Required<Omit<ChunkerOptions, "gear">>> = fc
  .tuple(fc.integer({ min: 64, max: 100 }), fc.nat(100), fc.nat(300))
  .map(([minBytes, more, most]) => {
    const averageBytes = minBytes + more
    return { minBytes, averageBytes, maxBytes: averageBytes + most }
  })

/** Random stretches, runs of one byte and repetitions: what meets every branch of the rule. */
const bytes = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 300, size: "max" }),
      fc.tuple(fc.nat(255), fc.nat(400)).map(([value, length]) => new Uint8Array(length).fill(value)),
      fc
        .tuple(fc.uint8Array({ minLength: 1, maxLength: 9 }), fc.nat(400))
        .map(([part, length]) => Uint8Array.from({ length }, (_, i) => part[i % part.length] ?? 0))
    ),
    { maxLength: 8 }
  )
  .map(parts => new Uint8Array(Buffer.concat(parts)))

/** [CK1] word by word: the hash of each position anew. */
function endsByRule(
  content: Uint8Array,
  { minBytes, averageBytes, maxBytes }: Required<Omit<ChunkerOptions, "gear">>
): number[] {
  const ends: number[] = []
  const isCandidate = (at: number, mean: number): boolean => {
    let hash = 0n
    for (let k = 0; k < 32; k++) hash += BigInt(defaultGear[content[at - 1 - k] ?? 0] ?? 0) << BigInt(k)
    return BigInt.asIntN(32, hash) < BigInt(Math.floor(2 ** 32 / mean) - 2 ** 31)
  }
  for (let start = 0; start < content.length; start = ends.at(-1) ?? 0) {
    let at = Math.min(content.length, start + minBytes)
    while (
      at < Math.min(content.length, start + maxBytes) &&
      !isCandidate(at, at - start < averageBytes ? averageBytes * 2 : averageBytes / 2)
    )
      at++
    ends.push(at)
  }
  return ends
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return all
}

function cut(content: Uint8Array, at: readonly number[]): Uint8Array[] {
  const places = [0, ...at.map(n => n % (content.length + 1)).sort((a, b) => a - b), content.length]
  return places.slice(1).map((end, i) => content.slice(places[i], end))
}

function streamOf(pieces: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece)
      controller.close()
    }
  })
}

describe("chunks", () => {
  it("[CK1] end where the rule says", () => {
    fc.assert(
      fc.property(bytes, options, (content, sizes) => {
        expect(chunkBytes(content, sizes)).toEqual(endsByRule(content, sizes))
      })
    )
  })

  it("[CK3] are the content, end to end, and of the sizes asked for", () => {
    fc.assert(
      fc.property(bytes, options, (content, sizes) => {
        const ends = chunkBytes(content, sizes)
        const lengths = ends.map((end, i) => end - (ends[i - 1] ?? 0))
        expect(ends.at(-1) ?? 0).toBe(content.length)
        expect(Math.min(Number.POSITIVE_INFINITY, ...lengths.slice(0, -1))).toBeGreaterThanOrEqual(
          sizes.minBytes
        )
        expect(Math.max(0, ...lengths)).toBeLessThanOrEqual(sizes.maxBytes)
      })
    )
  })

  it("[CK4] do not depend on how a stream was cut", async () => {
    await fc.assert(
      fc.asyncProperty(bytes, options, fc.array(fc.nat()), async (content, sizes, places) => {
        const ends = chunkBytes(content, sizes)
        const expected = ends.map((end, i) => content.slice(ends[i - 1] ?? 0, end))
        const pieces = cut(content, places)
        expect(await collect(chunkStream(pieces, sizes))).toEqual(expected)
        expect(await collect(chunkStream(streamOf(pieces), sizes))).toEqual(expected)
      })
    )
  })

  it("[CK5] before an edit stay, and after it are the same from the first common end on", () => {
    fc.assert(
      fc.property(
        bytes,
        options,
        fc.nat(),
        fc.nat(9),
        fc.uint8Array({ maxLength: 9 }),
        (content, sizes, place, removed, inserted) => {
          const from = place % (content.length + 1)
          const to = Math.min(content.length, from + removed)
          const edited = Uint8Array.from([...content.slice(0, from), ...inserted, ...content.slice(to)])
          const before = chunkBytes(content, sizes)
          const after = chunkBytes(edited, sizes)
          const isStill = (end: number): boolean => end < from
          expect(after.filter(isStill)).toEqual(before.filter(isStill))
          const tails = before.filter(end => end > to).map(end => content.length - end)
          const editedTails = after
            .filter(end => end > from + inserted.length)
            .map(end => edited.length - end)
          const common = Math.max(...tails.filter(tail => editedTails.includes(tail)))
          expect(editedTails.filter(tail => tail <= common)).toEqual(tails.filter(tail => tail <= common))
        }
      )
    )
  })
})
