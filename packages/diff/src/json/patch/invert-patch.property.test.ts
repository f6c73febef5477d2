import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { documentAndPatches } from "../../testing/json-patch-arbitrary.ts"
import { deepEqualJson } from "../deep-equal-json.ts"
import { applyPatch } from "./apply-patch.ts"
import { invertPatch } from "./invert-patch.ts"

const extensions = true

describe("invertPatch", () => {
  it("[JI1] the inverse brings the document back", () => {
    fc.assert(
      fc.property(documentAndPatches(1, { extensions }), ({ document, patches: [patch = []] }) => {
        const before = structuredClone(document)
        const inverse = invertPatch(document, patch, { extensions })
        const restored = applyPatch(applyPatch(document, patch, { extensions }), inverse, { extensions })
        expect(deepEqualJson(restored, before)).toBe(true)
        expect(deepEqualJson(document, before)).toBe(true)
      })
    )
  })

  it("[JI1] the inverse of the inverse does what the patch does", () => {
    fc.assert(
      fc.property(documentAndPatches(1, { extensions }), ({ document, patches: [patch = []] }) => {
        const after = applyPatch(document, patch, { extensions })
        const again = invertPatch(after, invertPatch(document, patch, { extensions }), { extensions })
        expect(deepEqualJson(applyPatch(document, again, { extensions }), after)).toBe(true)
      })
    )
  })
})
