import fc from "fast-check"
import { expect, test } from "vitest"
import { compareUtf8 } from "./compare-utf8.ts"

// Units on both sides of the surrogates, where UTF-16 order and UTF-8 order part.
const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom("a", "~", "\ud7ff", "\ue000", "\uffff", "\u{10000}", "\u{10ffff}"),
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 })
  ),
  maxLength: 5
})

test("[STO22] compareUtf8 orders well-formed text as its UTF-8 bytes compare", () => {
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(Math.sign(compareUtf8(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)))
    }),
    { numRuns: 2000 }
  )
})
