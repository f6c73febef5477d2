import { isSynclineError } from "@syncline/clock"
import type { JsonPatch } from "@syncline/diff/json"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { automerge } from "../../engine/automerge/automerge-engine.ts"
import type { EngineDocument } from "../../engine/engine.ts"
import { yjs } from "../../engine/yjs/yjs-engine.ts"
import { patchedJson, randomJson, randomPatch } from "../../testing/core-random-patch.ts"
import { openDocument } from "../../testing/engine-case.ts"
import { SeededRandom } from "../../testing/seeded-random.ts"
import { recordStages } from "../draft/record-draft.ts"
import type { JsonValue } from "../json.ts"
import type { Content } from "../operation.ts"
import { patchStage } from "./patch-stage.ts"

await automerge().ready?.()

/** Strings as texts, some of them. */
function randomContent(value: JsonValue, random: SeededRandom): Content {
  if (Array.isArray(value))
    return { kind: "list", items: value.map((item: JsonValue) => randomContent(item, random)) }
  if (typeof value === "string" && random.chance(0.5)) return { kind: "text", text: value }
  if (typeof value !== "object" || value === null) return { kind: "register", value }
  const entries = Object.entries(value).map(([key, member]: [string, JsonValue]): [string, Content] => [
    key,
    randomContent(member, random)
  ])
  return { kind: "map", entries: new Map(entries) }
}

function patchedBy(document: EngineDocument, patch: JsonPatch): JsonValue | undefined {
  try {
    document.change(recordStages(document.value(), document.kindAt, [patchStage(patch)]).flat())
    return document.value()
  } catch (error) {
    if (isSynclineError(error, "patch-invalid") || isSynclineError(error, "patch-test-failed"))
      return undefined
    throw error
  }
}

describe.each([
  ["yjs", yjs],
  ["automerge", automerge]
] as const)("a JSON Patch on %s", (_, engine) => {
  test("[PA1] gives what it gives on the value, or is refused whole where it does not apply there", () => {
    const counts = { made: 0, refused: 0 }
    fc.assert(
      fc.property(fc.integer(), seed => {
        const random = new SeededRandom(seed)
        const document = openDocument(engine(), undefined, { kind: "map", fields: {} })
        for (const key of ["a", "b"]) {
          const content = randomContent(randomJson(random, 3), random)
          document.change([{ op: "set", path: [key], content }])
        }
        for (let round = 0; round < 3; round++) {
          const before = document.value()
          const patch = randomPatch(before, random)
          const expected = patchedJson(before, patch)
          expect(patchedBy(document, patch)).toEqual(expected)
          // Nothing at all was written where it was refused.
          expect(expected === undefined && document.value() !== before).toBe(false)
          counts[expected === undefined ? "refused" : "made"]++
        }
        document.destroy()
      })
    )
    expect(Math.min(counts.made, counts.refused)).toBeGreaterThan(20)
  })
})
