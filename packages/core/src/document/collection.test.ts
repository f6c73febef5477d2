import { describe, expect, test } from "vitest"
import { genesisIdentity } from "../engine/genesis-identity.ts"
import { codeThrownBy } from "../testing/engine-case.ts"
import { collection } from "./collection.ts"
import { predefinedFields } from "./predefined.ts"
import { list, map, type Shape, text } from "./shape.ts"

/** Two field names whose lists hash to one identity; among 2³¹ they meet after some 50,000 names. */
function collidingNames(): [string, string] {
  const seen = new Map<number, string>()
  for (let n = 0; ; n++) {
    const identity = genesisIdentity({ path: [`f${n}`], kind: "list" })
    const other = seen.get(identity)
    if (other !== undefined) return [other, `f${n}`]
    seen.set(identity, `f${n}`)
  }
}

describe("collection", () => {
  test("[SH1] refuses names that no document id can have", () => {
    for (const name of ["", "a/b", "\ud83d"])
      expect(codeThrownBy(() => collection(name))).toBe("shape-invalid")
    expect(collection("notes").shape).toEqual({ kind: "map", fields: {} })
  })

  test("[SH2] refuses fields that cannot be told apart or named, or have no end", () => {
    const [a, b] = collidingNames()
    expect(codeThrownBy(() => collection("notes", { fields: { [a]: list(), [b]: list() } }))).toBe(
      "shape-invalid"
    )
    expect(() => collection("notes", { fields: { [a]: list(), [b]: text() } })).not.toThrow()
    expect(codeThrownBy(() => collection("notes", { fields: { "": text() } }))).toBe("shape-invalid")
    expect(codeThrownBy(() => collection("notes", { fields: { m: map({ "\udc00": text() }) } }))).toBe(
      "shape-invalid"
    )
    const endless: { kind: "map"; fields: Record<string, Shape> } = { kind: "map", fields: {} }
    endless.fields["m"] = endless
    expect(codeThrownBy(() => collection("notes", { fields: { endless } }))).toBe("shape-invalid")
    expect(codeThrownBy(() => predefinedFields(text()))).toBe("shape-invalid")
  })
})
