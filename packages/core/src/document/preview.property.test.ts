import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { automerge } from "../engine/automerge/automerge-engine.ts"
import type { EngineDocument } from "../engine/engine.ts"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { contractShape, openDocument } from "../testing/engine-case.ts"
import { randomChange } from "../testing/engine-random.ts"
import { SeededRandom } from "../testing/seeded-random.ts"
import type { JsonValue } from "./json.ts"
import { predefinedFields } from "./predefined.ts"
import { previewOperations } from "./preview.ts"

await automerge().ready?.()

const fields = predefinedFields(contractShape)

function isDeeplyFrozen(value: JsonValue): boolean {
  if (typeof value !== "object" || value === null) return true
  return Object.isFrozen(value) && Object.values(value).every(isDeeplyFrozen)
}

describe.each([
  ["yjs", yjs],
  ["automerge", automerge]
] as const)("previewOperations on %s", (_, engine) => {
  function eachChange(check: (document: EngineDocument, random: SeededRandom) => void): void {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 8 }), (seed, steps) => {
        const random = new SeededRandom(seed)
        const document = openDocument(engine())
        for (let step = 0; step < steps; step++) check(document, random)
        document.destroy()
      })
    )
  }

  test("[SV1] a preview is what the engine then shows, to the order of keys", () => {
    eachChange((document, random) => {
      const { operations } = randomChange(document, random)
      const preview = previewOperations(document.value(), operations, fields)
      document.change(operations)
      expect(JSON.stringify(preview)).toBe(JSON.stringify(document.value()))
      expect(preview).toEqual(document.value())
      expect(isDeeplyFrozen(preview)).toBe(true)
    })
  })

  test("[SV1] a negative zero is a zero", () => {
    const document = openDocument(engine())
    const minus = { op: "set", path: ["a"], content: { kind: "register", value: -0 } } as const
    const preview = previewOperations(document.value(), [minus], fields)
    document.change([minus])
    expect([preview["a"], document.value()["a"]]).toEqual([0, 0])
  })

  test("[SV1] a preview changes nothing that was there, and shares what no operation concerns", () => {
    eachChange((document, random) => {
      const before = document.value()
      const text = JSON.stringify(before)
      const { operations } = randomChange(document, random)
      const preview = previewOperations(before, operations, fields)
      expect(JSON.stringify(before)).toBe(text)
      const touched = new Set(
        operations.flatMap(({ path, ...rest }) =>
          rest.op === "assign" && path.length === 0 ? rest.keys : path[0]
        )
      )
      for (const key of Object.keys(before).filter(each => !touched.has(each)))
        expect(preview[key]).toBe(before[key])
      document.change(operations)
    })
  })
})
