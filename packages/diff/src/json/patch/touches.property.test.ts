import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { documentAndPatches } from "../../testing/json-patch-arbitrary.ts"
import type { ExtendedJsonPatch } from "../json-patch.ts"
import { overlaps } from "./overlaps.ts"
import { rebasePatch } from "./rebase-patch.ts"
import { touches } from "./touches.ts"

const extensions = true

describe("touches", () => {
  it("[JI7] patches that do not overlap can be rebased over each other", () => {
    fc.assert(
      fc.property(documentAndPatches(2, { extensions }), ({ document, patches }) => {
        expectRebasable(patches, { document, extensions })
      })
    )
  })

  it("[JI7] without the document, too", () => {
    fc.assert(
      fc.property(documentAndPatches(2, { extensions }), ({ patches }) => {
        expectRebasable(patches, { extensions })
      })
    )
  })

  it("[JI7] overlapping is mutual", () => {
    fc.assert(
      fc.property(documentAndPatches(2), ({ document, patches: [a = [], b = []] }) => {
        const [one, other] = [touches(a, { document }), touches(b, { document })]
        expect(overlaps(one, other)).toBe(overlaps(other, one))
      })
    )
  })
})

function expectRebasable(
  [patch = [], over = []]: readonly ExtendedJsonPatch[],
  options: { readonly document?: unknown; readonly extensions: true }
): void {
  fc.pre(!overlaps(touches(patch, options), touches(over, options)))
  expect(() => rebasePatch(patch, over, options)).not.toThrow()
  expect(() => rebasePatch(over, patch, options)).not.toThrow()
}
