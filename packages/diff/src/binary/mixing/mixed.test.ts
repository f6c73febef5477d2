import { expect, it } from "vitest"
import { noise } from "../../testing/noise.ts"
import { matchBytes } from "../matcher/match-bytes.ts"
import { decodeMixed } from "./decode-mixed.ts"
import { encodeMixed } from "./encode-mixed.ts"

it("[BM1] a match ends with the old version, even where zeros go on behind it", async () => {
  const old = Uint8Array.from([...noise(1, 500), ...new Uint8Array(40)])
  const next = Uint8Array.from([...noise(1, 500), ...noise(2, 300), ...new Uint8Array(900), ...noise(3, 50)])
  const coded = await encodeMixed(old, next, matchBytes(old, next))
  expect(await decodeMixed(old, coded ?? new Uint8Array(), next.length, { maxBytes: next.length })).toEqual(
    next
  )
})
