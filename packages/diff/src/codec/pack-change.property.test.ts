import { isDeepStrictEqual } from "node:util"
import fc from "fast-check"
import { expect, test } from "vitest"
import { errorCode } from "../testing/error-code.ts"
import { jsonVersions } from "../testing/json-versions.ts"
import { anyJson, packable } from "../testing/packable-values.ts"
import { changeFeatures } from "./change/change-features.ts"
import { packChange } from "./pack-change.ts"
import { unpackChange } from "./unpack-change.ts"

const members = fc.dictionary(fc.string(), packable, { noNullPrototype: true, maxKeys: 5 })
// Unrelated values, equal ones, and ones that differ in part.
const versions = fc.oneof(
  fc.tuple(packable, packable),
  jsonVersions,
  packable.map(value => [value, structuredClone(value)] as const),
  fc
    .tuple(fc.array(anyJson), fc.nat(), anyJson)
    .map(([list, at, value]) => [list, list.toSpliced(at % (list.length + 1), at % 3, value)] as const),
  fc.tuple(members, members).map(([before, more]) => [before, { ...before, ...more }] as const)
)
const options = fc.record({
  accept: fc.subarray(changeFeatures()),
  level: fc.constantFrom("fast", "fast", "fast", "fast", "fast", "fast", "fast", "small")
})

test("[PD2] unpackChange(before, packChange(before, after)) is after, whatever is accepted", async () => {
  await fc.assert(
    fc.asyncProperty(versions, options, async ([before, after], chosen) => {
      const kept = structuredClone(before)
      const back = await unpackChange(before, await packChange(before, after, chosen))
      expect(isSameValue(back, after)).toBe(true)
      expect(isSameValue(before, kept)).toBe(true)
    })
  )
})

test("[PD3] another base, or damage, is never another value", async () => {
  await fc.assert(
    fc.asyncProperty(
      versions,
      versions,
      fc.nat(),
      fc.nat(254),
      async ([before, after], [other], at, flip) => {
        const bytes = await packChange(before, after)
        const damaged = bytes.map((byte, i) => (i === at % bytes.length ? byte ^ (flip + 1) : byte))
        expect(await endOf(before, damaged, after)).toMatch(
          /^(?:after|(?:codec|binary|bytes|compression|json)-.+)$/
        )
        expect(await endOf(other, bytes, isSameValue(before, other) ? after : refused)).toMatch(
          /^(?:after|(?:codec|binary|json)-.+)$/
        )
      }
    )
  )
})

// Equal to nothing that anyone packed.
const refused = Symbol("no value")

/** `after`, `another value` or the code of the error. Some bits that compressors pad with mean nothing. */
async function endOf(before: unknown, bytes: Uint8Array, after: unknown): Promise<string> {
  let back: unknown
  const code = await errorCode(async () => {
    back = await unpackChange(before, bytes)
  })
  if (code !== "none") return code
  return isSameValue(back, after) ? "after" : "another value"
}

/** In Node 24, comparing fails with a TypeError where one set holds `undefined`, and another none but objects: these differ. */
function isSameValue(a: unknown, b: unknown): boolean {
  try {
    return isDeepStrictEqual(a, b)
  } catch {
    return false
  }
}
