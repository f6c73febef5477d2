import fc from "fast-check"
import { expect, test } from "vitest"
import { relatedBytes } from "../../testing/related-bytes.ts"
import { matchBytes } from "../matcher/match-bytes.ts"
import { decodeMixed } from "./decode-mixed.ts"
import { encodeMixed } from "./encode-mixed.ts"

const limits = { maxBytes: 1 << 20 }

test("[BM1] decoding gives the new version", async () => {
  await fc.assert(
    fc.asyncProperty(relatedBytes(), async ({ old, next }) => {
      const coded = await encodeMixed(old, next, matchBytes(old, next))
      expect(coded).toBeDefined()
      expect(await decodeMixed(old, coded ?? old, next.length, limits)).toEqual(next)
    })
  )
})
