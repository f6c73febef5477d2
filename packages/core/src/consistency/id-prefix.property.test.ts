import fc from "fast-check"
import { expect, test } from "vitest"
import { compareUtf8 } from "../store/compare-utf8.ts"
import { afterPrefix, prefixesOf } from "./id-prefix.ts"

const texts = fc.string({
  unit: fc.constantFrom("a", "b", "/", "\ud7ff", "\ue000", "\u{10ffff}", "\u{ffff}"),
  maxLength: 4
})

test("[VF10] between a prefix and what comes after it lies exactly what begins so", () => {
  fc.assert(
    fc.property(texts, texts, (prefix, id) => {
      const end = afterPrefix(prefix)
      const isWithin = compareUtf8(prefix, id) <= 0 && (end === undefined || compareUtf8(id, end) < 0)
      expect(isWithin).toBe(id.startsWith(prefix))
    })
  )
})

test("[VF4] the walks meet what begins so and is in one of the collections, once", () => {
  const collections = fc.array(fc.constantFrom("a", "b", "ab", "ba"), { maxLength: 4 })
  fc.assert(
    fc.property(texts, fc.option(collections, { nil: undefined }), texts, (prefix, only, id) => {
      const isWanted = id.startsWith(prefix) && (only?.some(each => id.startsWith(`${each}/`)) ?? true)
      const met = prefixesOf(prefix, only).filter(each => id.startsWith(each)).length
      expect(met).toBe(isWanted ? 1 : 0)
    })
  )
})
