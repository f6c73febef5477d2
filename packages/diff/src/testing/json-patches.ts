import fc from "fast-check"
import type { ExtendedOperation } from "../json/json-patch.ts"
import { joinTokens } from "../json/pointer/json-pointer.ts"
import { anyJson, anyText } from "./packable-values.ts"

const token = fc.oneof(
  fc.nat(3).map(String),
  fc.nat().map(String),
  fc.constantFrom("a", "b", "-", "", "~", "/", "00", "4294967295", "9".repeat(20), "__proto__"),
  anyText
)
// Few short ones besides, so that neighbours share beginnings.
const path = fc.oneof(
  fc.array(fc.constantFrom("a", "b", "0", "7"), { maxLength: 4 }).map(joinTokens),
  fc.array(token, { maxLength: 9 }).map(joinTokens)
)
const below = path.filter(text => text !== "")
const splice = plain({ index: fc.nat(), remove: fc.nat(), insert: anyText })

/** Patches that are valid by their form, whether or not they apply to anything, `splice` among them. */
export const extendedPatch: fc.Arbitrary<ExtendedOperation[]> = fc.array(
  fc.oneof(
    plain({ op: fc.constantFrom("add", "replace", "test"), path, value: anyJson }),
    plain({ op: fc.constant("remove"), path: below }),
    plain({ op: fc.constant("copy"), from: path, path }),
    plain({ op: fc.constant("move"), from: path, path }).filter(
      ({ from, path: to }) => to === from || !to.startsWith(`${from}/`)
    ),
    plain({ op: fc.constant("splice"), path, splices: fc.array(splice) })
  )
)

function plain<T>(members: { [Name in keyof T]: fc.Arbitrary<T[Name]> }): fc.Arbitrary<T> {
  return fc.record<T>(members, { noNullPrototype: true })
}
