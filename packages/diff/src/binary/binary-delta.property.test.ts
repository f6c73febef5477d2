import { gzipSync } from "node:zlib"
import fc from "fast-check"
import { expect, test } from "vitest"
import { errorCode } from "../testing/error-code.ts"
import { relatedBytes } from "../testing/related-bytes.ts"
import { applyDelta } from "./apply/apply-delta.ts"
import { applyDeltaStream } from "./apply/apply-delta-stream.ts"
import { type DeltaFeature, deltaFeatures } from "./delta-features.ts"
import { encodeDelta } from "./encode-delta.ts"

const features = await deltaFeatures()
const levels = fc.constantFrom("fast", "small")
const accepts = fc.subarray<DeltaFeature>(features)

test("[BD2] a delta gives the new version at every level, whatever the receiver can read", async () => {
  await fc.assert(
    fc.asyncProperty(relatedBytes(), levels, accepts, async ({ old, next }, level, accept) => {
      expect(await applyDelta(old, await encodeDelta(old, next, { level, accept }))).toEqual(next)
    })
  )
})

test("[BD3] a delta is at most 40 bytes longer than the new version", async () => {
  await fc.assert(
    fc.asyncProperty(relatedBytes(), accepts, async ({ old, next }, accept) => {
      expect((await encodeDelta(old, next, { accept })).length).toBeLessThanOrEqual(next.length + 40)
    })
  )
})

test("[BD7] a stream gives the same, however the delta was cut", async () => {
  await fc.assert(
    fc.asyncProperty(relatedBytes(), fc.array(fc.nat(50), { maxLength: 20 }), async ({ old, next }, cuts) => {
      const delta = await encodeDelta(old, next)
      const chunks = applyDeltaStream(old, pieces(delta, cuts))
      expect(await collect(chunks)).toEqual(next)
    })
  )
})

test("[BD8] a delta that ends early is refused at hand as it is in pieces", async () => {
  await fc.assert(
    fc.asyncProperty(relatedBytes(), fc.nat(), fc.nat(9), async ({ old, next }, end, cut) => {
      const whole = await encodeDelta(old, next)
      const delta = whole.subarray(0, end % whole.length)
      const code = await errorCode(() => applyDelta(old, delta))
      expect(code).toMatch(/^binary-(delta-invalid|result-mismatch)$/)
      expect(await errorCode(() => collect(applyDeltaStream(old, pieces(delta, [cut]))))).toBe(code)
    })
  )
})

test("[BG1] gzip files come out bit for bit", async () => {
  const level = fc.integer({ min: 1, max: 9 })
  await fc.assert(
    fc.asyncProperty(relatedBytes(), level, level, async ({ old, next }, oldLevel, nextLevel) => {
      const [oldFile, nextFile] = [gzip(old, oldLevel), gzip(next, nextLevel)]
      expect(await applyDelta(oldFile, await encodeDelta(oldFile, nextFile))).toEqual(nextFile)
    })
  )
})

function gzip(bytes: Uint8Array, level: number): Uint8Array {
  return new Uint8Array(gzipSync(bytes, { level }))
}

function pieces(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const starts = lengths.reduce<number[]>((all, length) => [...all, (all.at(-1) ?? 0) + length], [0])
  return starts.map((start, index) => bytes.subarray(start, starts[index + 1]))
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: number[] = []
  for await (const chunk of chunks) parts.push(...chunk)
  return Uint8Array.from(parts)
}
