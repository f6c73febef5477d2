import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { documentAndPatches, jsonDocument } from "../../testing/json-patch-arbitrary.ts"
import { deepEqualJson } from "../deep-equal-json.ts"
import type { ExtendedJsonPatch } from "../json-patch.ts"
import { applyPatch } from "./apply-patch.ts"
import { composePatch } from "./compose-patch.ts"

const extensions = true

/** The result, or that there is none. */
function outcome(document: unknown, patch: ExtendedJsonPatch): { value: unknown } | "fails" {
  try {
    return { value: applyPatch(document, patch, { extensions }) }
  } catch {
    return "fails"
  }
}

describe("composePatch", () => {
  it("[JI4] does what the patches do one after the other", () => {
    fc.assert(
      fc.property(
        documentAndPatches(1, { extensions }),
        fc.nat(6),
        ({ document, patches: [patch = []] }, cut) => {
          const composed = composePatch(patch.slice(0, cut), patch.slice(cut))
          const expected = applyPatch(document, patch, { extensions })
          expect(deepEqualJson(applyPatch(document, composed, { extensions }), expected)).toBe(true)
          expect(composed.length).toBeLessThanOrEqual(patch.length)
        }
      )
    )
  })

  it("[JI4] on a document it was not made for, too, or fails as they do", () => {
    fc.assert(
      fc.property(documentAndPatches(2, { extensions }), jsonDocument, ({ patches }, document) => {
        const expected = outcome(document, patches.flat())
        expect(deepEqualJson(outcome(document, composePatch(...patches)), expected)).toBe(true)
      })
    )
  })

  it("[JI3] changes neither of the patches", () => {
    fc.assert(
      fc.property(documentAndPatches(2, { extensions }), ({ patches }) => {
        const before = structuredClone(patches)
        composePatch(...patches)
        expect(deepEqualJson(patches, before)).toBe(true)
      })
    )
  })
})
