import { isDeepStrictEqual } from "node:util"
import fc from "fast-check"
import { expect, test } from "vitest"
import { errorCode } from "../testing/error-code.ts"
import { anyText, packable } from "../testing/packable-values.ts"
import { pack, unpack } from "./pack.ts"

test("[PK1] every value comes back exactly, names in order, from every method", async () => {
  const accept = fc.subarray(["deflate", "brotli", "zstd"] as const)
  await fc.assert(
    fc.asyncProperty(packable, accept, async (value, methods) => {
      const back = await unpack(await pack(value, { accept: methods }))
      expect(isDeepStrictEqual(back, value)).toBe(true)
      expect(shapeOf(back)).toBe(shapeOf(value))
    })
  )
})

test("[PK1] long texts come back exactly", async () => {
  await fc.assert(
    fc.asyncProperty(anyText, fc.nat(300), async (text, times) => {
      const long = text.repeat(times)
      expect(await unpack(await pack({ [long]: long }))).toStrictEqual({ [long]: long })
    })
  )
})

test("[PK6] any change to packed bytes ends in a value or a typed error", async () => {
  await fc.assert(
    fc.asyncProperty(packable, fc.nat(), fc.nat(255), fc.nat(), async (value, at, byte, cut) => {
      const bytes = await pack(value)
      bytes[at % bytes.length] = byte
      expect(await errorCode(() => unpack(bytes.subarray(0, bytes.length - (cut % 3))))).toMatch(
        /^(none|codec-(invalid|limit|too-deep)|compression-(invalid|limit))$/
      )
    })
  )
})

/** What equality does not see: the order of members. */
function shapeOf(value: unknown): string {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return ""
  if (value instanceof Map || value instanceof Set) return [...value].flat().map(shapeOf).join()
  return Object.keys(value)
    .map(key => key + shapeOf((value as Record<string, unknown>)[key]))
    .join()
}
