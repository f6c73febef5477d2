import fc from "fast-check"
import { describe, expect, it, vi } from "vitest"
import { type DocumentId, parseDocumentId } from "../document/document-id.ts"
import { equalScopes, inScope, intersectScopes, isInUnit, syncScope, unitOf } from "./sync-scope.ts"

const part = fc.constantFrom("a", "b", "ab", "é")
const path = fc
  .tuple(fc.array(part, { minLength: 1, maxLength: 3 }), fc.boolean())
  .map(([parts, isPrefix]) => `${parts.join("/")}${isPrefix ? "/" : ""}`)
const scope = fc.oneof(
  { weight: 1, arbitrary: fc.constant("all" as const) },
  { weight: 9, arbitrary: fc.array(path, { maxLength: 5 }) }
)
const document = fc
  .array(part, { minLength: 2, maxLength: 4 })
  .map((parts): DocumentId => parseDocumentId(parts.join("/")))

/** What a list of paths says, read word by word. */
function isNamed(paths: "all" | readonly string[], id: DocumentId): boolean {
  if (paths === "all") return true
  return paths.some(one =>
    one.endsWith("/") ? id.startsWith(one) : id === one || id.split("/", 1)[0] === one
  )
}

describe("scopes", () => {
  it("[GR1] a scope has what one of its paths names, each document in one unit", () => {
    fc.assert(
      fc.property(scope, document, (paths, id) => {
        const scoped = syncScope(paths)
        expect(inScope(scoped, id)).toBe(isNamed(paths, id))
        const units = scoped === "all" ? [] : scoped.filter(unit => isInUnit(unit, id))
        expect(units).toEqual(scoped !== "all" && isNamed(paths, id) ? [unitOf(scoped, id)] : [])
      })
    )
  })

  it("[GR1] the form that travels is one for each set of paths, however written", () => {
    fc.assert(
      fc.property(fc.array(path, { maxLength: 5 }), paths => {
        const scoped = syncScope(paths)
        expect(syncScope([...paths, ...paths].reverse())).toEqual(scoped)
        expect(syncScope(scoped)).toEqual(scoped)
      })
    )
  })

  it("[GR2] two scopes have in common what both have", () => {
    fc.assert(
      fc.property(scope, scope, document, (one, other, id) => {
        const [a, b] = [syncScope(one), syncScope(other)]
        const both = intersectScopes(a, b)
        expect(inScope(both, id)).toBe(inScope(a, id) && inScope(b, id))
        expect(equalScopes(both, intersectScopes(b, a))).toBe(true)
        expect(equalScopes(both, syncScope(both))).toBe(true)
      })
    )
  })

  it("[GR2] an id of five hundred slashes is looked up as often as there are prefixes, not slashes", () => {
    const scoped = syncScope(["notes", ...Array.from({ length: 40 }, (_, i) => `team/${i}/`)])
    const long = parseDocumentId(`team${"/".repeat(500)}x`)
    const slices = vi.spyOn(String.prototype, "slice")
    expect(inScope(scoped, long)).toBe(false)
    expect(slices.mock.calls.length).toBeLessThan(5)
    slices.mockRestore()
  })

  it.each(["", "/", "/a", "a\u0000", "a\ud800"])("[GR1] %j is no path", text => {
    expect(() => syncScope([text])).toThrow(expect.objectContaining({ code: "document-id-invalid" }))
  })

  it("[GR1] a name is no list of names", () => {
    expect(() => syncScope("notes")).toThrow(expect.objectContaining({ code: "document-id-invalid" }))
  })
})
