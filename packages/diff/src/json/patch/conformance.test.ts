import specTests from "json-patch-test-suite/spec_tests.json" with { type: "json" }
import tests from "json-patch-test-suite/tests.json" with { type: "json" }
import { describe, expect, it } from "vitest"
import type { JsonPatch } from "../json-patch.ts"
import { applyPatch } from "./apply-patch.ts"

interface SuiteCase {
  readonly comment?: string
  readonly doc: unknown
  readonly patch: JsonPatch
  readonly expected?: unknown
  readonly error?: string
  readonly disabled?: boolean
}

const cases = Object.entries({ tests, specTests })
  .flatMap(([file, list]) =>
    (list as readonly SuiteCase[]).map((testCase, at) => ({ file, at, ...testCase }))
  )
  .filter(({ disabled }) => disabled !== true)
  .map(testCase => ({ comment: JSON.stringify(testCase.patch), ...testCase }))

const failing = cases.filter(({ error }) => error !== undefined)
const passing = cases.filter(({ error }) => error === undefined)

describe("json-patch-test-suite", () => {
  it("[JP1] has 91 active cases, so that none is skipped unnoticed", () => {
    expect(cases).toHaveLength(91)
    expect(failing.length).toBeGreaterThan(20)
  })

  it.each(passing)("[JP1] $file $at: $comment", ({ doc, patch, expected }) => {
    const before = JSON.stringify(doc)
    // Some cases only ask that the patch applies.
    const result = applyPatch(doc, patch)
    expect(result).toStrictEqual(expected === undefined ? result : expected)
    expect(JSON.stringify(doc)).toBe(before)
  })

  it.each(failing)("[JP1] $file $at: $comment, which fails", ({ doc, patch }) => {
    const before = JSON.stringify(doc)
    expect(() => applyPatch(doc, patch)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^json-/) })
    )
    expect(JSON.stringify(doc)).toBe(before)
  })
})
