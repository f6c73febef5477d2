import { gzipSync } from "node:zlib"
import { expect, it } from "vitest"
import { applyDelta } from "../apply/apply-delta.ts"
import type { DeltaFeature } from "../delta-features.ts"
import { encodeDelta } from "../encode-delta.ts"
import { noise } from "../../testing/noise.ts"

const GZIP = 0x12

/** A log of which most lines are the same: a block of DEFLATE holds megabytes of it. */
function log(lines: number): Buffer {
  return Buffer.from(Array.from({ length: lines }, (_, i) => `GET /health 200 in ${i % 7} ms\n`).join(""))
}

it.each<[string, readonly DeltaFeature[], number]>([
  ["repeats, and no compressor", ["gzip"], 0],
  ["repeats, and deflate", ["gzip", "deflate"], 0],
  ["is other words, and no compressor", ["gzip"], 2]
])("[BD3] where all of a gzip file %s, the file is sent as it is", async (_, accept, noiseBytes) => {
  const random = noise(1, 40_000 * noiseBytes)
  const text = Array.from({ length: 40_000 }, (__, i) => `line ${random[i] ?? i % 3} of the same\n`).join("")
  const [old, next] = [gzipSync("something else"), gzipSync(text, { level: 9 })]
  const delta = await encodeDelta(old, next, { accept })
  expect(delta.length).toBeLessThanOrEqual(next.length + 40)
  expect(Buffer.from(await applyDelta(old, delta))).toEqual(next)
})

it.each([{ level: 6 }, { level: 9 }, { level: 1 }, { level: 6, memLevel: 9 }])(
  "[BG1] files that compress a hundredfold are compared by their contents, made with %o",
  async options => {
    const [old, next] = [log(50_000), Buffer.concat([log(50_000), Buffer.from("POST /new 201\n"), log(9)])]
    const files = [gzipSync(old, options), gzipSync(next, options)] as const
    const delta = await encodeDelta(...files)
    expect([delta[2], delta.length < 150]).toEqual([GZIP, true])
    expect(Buffer.from(await applyDelta(files[0], delta))).toEqual(files[1])
  }
)
