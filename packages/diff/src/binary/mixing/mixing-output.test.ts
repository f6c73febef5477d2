import { expect, it } from "vitest"
import { noise } from "../../testing/noise.ts"
import { CopyScriptBuilder } from "../matcher/copy-script.ts"
import { decodeMixed } from "./decode-mixed.ts"
import { encodeMixed } from "./encode-mixed.ts"
import { MixingModel } from "./mixing-model.ts"

const OPERATIONS = 40_000
const COPIED = 40
const old = noise(1, 2 ** 16)
const places = new Uint16Array(noise(2, 2 * OPERATIONS).buffer).map(place => place % (old.length - COPIED))

it("[BM5] operations without literals need not fit what is kept of coded bytes", async () => {
  const script = new CopyScriptBuilder()
  const next = new Uint8Array(OPERATIONS * COPIED)
  for (const [i, from] of places.entries()) {
    script.copy(i * COPIED, from, COPIED)
    next.set(old.subarray(from, from + COPIED), i * COPIED)
  }
  const coded = await encodeMixed(old, next, script.finish(next.length))
  expect(coded?.length).toBeGreaterThan(2 ** 16)
  expect(await decodeMixed(old, coded ?? old, next.length, { maxBytes: next.length })).toEqual(next)
})

it("[BM5] bytes that found no room are an error", async () => {
  const model = await MixingModel.forEncoding(old, 2 ** 31, { reach: 0, rowBits: 12 })
  for (const place of places) model.codeCopyStart(place)
  expect(() => model.finish()).toThrow(RangeError)
})
