import { isDeepStrictEqual } from "node:util"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { deepEqualJson } from "./deep-equal-json.ts"
import { hashJson } from "./hash-json.ts"
import { atLeast } from "../testing/at-least.ts"

const key = fc.oneof(
  fc.constantFrom("__proto__", "constructor", "toString", "a", "b"),
  fc.string({ maxLength: 3, size: "max" })
)

const { value } = fc.letrec<{ value: unknown; object: object }>(tie => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false, 0, -0, 1, "", "1", "a"),
    fc.double(),
    fc.string({ unit: "binary", maxLength: 4, size: "max" }),
    fc.uint8Array({ maxLength: 3, size: "max" }),
    fc.array(tie("value"), { maxLength: 3, size: "max" }),
    tie("object")
  ),
  object: fc
    .array(fc.tuple(key, tie("value")), { maxLength: 3, size: "max" })
    .map(entries => withMembers(entries))
}))

/** An object with exactly these own members, `__proto__` among them like any other. */
function withMembers(entries: readonly (readonly [string, unknown])[]): object {
  const object = {}
  for (const [name, member] of entries) {
    Object.defineProperty(object, name, {
      value: member,
      enumerable: true,
      configurable: true,
      writable: true
    })
  }
  return object
}

/** A copy that shares nothing, its members in reverse order and its zeros negative. */
function rebuilt(original: unknown): unknown {
  if (original === 0) return -0
  if (typeof original !== "object" || original === null) return original
  if (original instanceof Uint8Array) return original.slice()
  if (Array.isArray(original)) return original.map(rebuilt)
  const entries = Object.entries(original).map(([name, member]) => [name, rebuilt(member)] as const)
  return withMembers(entries.reverse())
}

/** The same with positive zeros, so that Node's own comparison can judge it. */
function withoutNegativeZero(original: unknown): unknown {
  if (original === 0) return 0
  if (Array.isArray(original)) return original.map(withoutNegativeZero)
  if (typeof original !== "object" || original === null || original instanceof Uint8Array) return original
  return withMembers(
    Object.entries(original).map(([name, member]) => [name, withoutNegativeZero(member)] as const)
  )
}

describe("deepEqualJson", () => {
  it("[JE1] a value equals a rebuilt copy, and so do their hashes", () => {
    fc.assert(
      fc.property(value, original => {
        expect(deepEqualJson(original, rebuilt(original))).toBe(true)
        expect(hashJson(rebuilt(original))).toBe(hashJson(original))
      }),
      atLeast(2000)
    )
  })

  it("[JE1] agrees with Node's comparison wherever that has the same rules", () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(deepEqualJson(a, b)).toBe(isDeepStrictEqual(withoutNegativeZero(a), withoutNegativeZero(b)))
      }),
      atLeast(2000)
    )
  })

  it("[JE2] one changed leaf makes a difference", () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 4, size: "max" }), fc.nat(), (list, at) => {
        const changed = list.map((element, i) => (i === at % list.length ? { was: element } : element))
        expect(deepEqualJson({ list }, { list: changed })).toBe(false)
      })
    )
  })
})
