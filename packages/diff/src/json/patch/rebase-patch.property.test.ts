import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { documentAndPatches } from "../../testing/json-patch-arbitrary.ts"
import { deepEqualJson } from "../deep-equal-json.ts"
import type { ExtendedJsonPatch } from "../json-patch.ts"
import { applyPatch } from "./apply-patch.ts"
import { type RebasePatchOptions, rebasePatch } from "./rebase-patch.ts"

const extensions = true

function outcome(patch: ExtendedJsonPatch, over: ExtendedJsonPatch, options: RebasePatchOptions) {
  try {
    return rebasePatch(patch, over, { ...options, extensions })
  } catch (error) {
    expect(error).toMatchObject({ code: "json-patch-conflict" })
    return "conflict"
  }
}

/** Both orders end in the same document, or both sides see a conflict. */
function expectMeeting(
  document: unknown,
  [patch = [], over = []]: readonly ExtendedJsonPatch[],
  options: RebasePatchOptions,
  opposite: RebasePatchOptions
): void {
  const rebased = outcome(patch, over, options)
  const otherRebased = outcome(over, patch, opposite)
  expect(rebased === "conflict").toBe(otherRebased === "conflict")
  if (rebased === "conflict" || otherRebased === "conflict") return
  const one = applyPatch(applyPatch(document, over, { extensions }), rebased, { extensions })
  const other = applyPatch(applyPatch(document, patch, { extensions }), otherRebased, { extensions })
  expect(deepEqualJson(one, other)).toBe(true)
}

describe("rebasePatch", () => {
  it("[JI8] both orders meet", () => {
    fc.assert(
      fc.property(documentAndPatches(2, { extensions }), ({ document, patches }) => {
        expectMeeting(document, patches, { document }, { document })
      })
    )
  })

  it("[JI8] both orders meet where ties are broken", () => {
    fc.assert(
      fc.property(documentAndPatches(2, { extensions }), ({ document, patches }) => {
        expectMeeting(document, patches, { document, ties: "before" }, { document, ties: "after" })
      })
    )
  })

  it("[JI9] without the document, too, with more conflicts", () => {
    fc.assert(
      fc.property(documentAndPatches(2, { extensions }), ({ document, patches }) => {
        expectMeeting(document, patches, {}, {})
      })
    )
  })
})
