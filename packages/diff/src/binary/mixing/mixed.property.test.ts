import fc from "fast-check"
import { expect, test } from "vitest"
import { errorCode } from "../../testing/error-code.ts"
import { relatedBytes } from "../../testing/related-bytes.ts"
import { matchBytes } from "../matcher/match-bytes.ts"
import { codeScript } from "./code-script.ts"
import { decodeMixed } from "./decode-mixed.ts"
import { encodeMixed } from "./encode-mixed.ts"
import { WorkPace } from "./work-pace.ts"

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

test("[BM1] whatever an encoder chooses", async () => {
  const parameters = fc.record({ reach: fc.nat(15), rowBits: fc.integer({ min: 12, max: 22 }) })
  await fc.assert(
    fc.asyncProperty(relatedBytes(), parameters, async ({ old, next }, chosen) => {
      const coded = await codeScript(old, next, matchBytes(old, next), chosen, new WorkPace(undefined))
      expect(await decodeMixed(old, coded ?? old, next.length, limits)).toEqual(next)
    })
  )
})

test("[BM8] a body that no encoder wrote is refused, or makes a result of the length announced", async () => {
  const bodies = fc.uint8Array({ minLength: 1, maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(relatedBytes(), bodies, async ({ old, next }, body) => {
      let made = next
      const code = await errorCode(async () => {
        made = await decodeMixed(old, body, next.length, limits)
      })
      expect(["none", "binary-delta-invalid"]).toContain(code)
      expect(made).toHaveLength(next.length)
    })
  )
})
