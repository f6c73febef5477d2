import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { collection } from "../document/collection.ts"
import type { JsonObject } from "../document/json.ts"
import type { StandardSchema } from "../document/standard-schema.ts"
import { automerge } from "../engine/automerge/automerge-engine.ts"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { silentLogger } from "../ports/system-ports.ts"
import { memoryStore } from "../store/memory-store.ts"
import { patchedJson, randomPatch } from "../testing/core-random-patch.ts"
import { codeThrownBy } from "../testing/engine-case.ts"
import { SeededRandom } from "../testing/seeded-random.ts"
import { openReplica } from "./open-replica.ts"

/** No value may hold a certain word, wherever. */
const wordless: StandardSchema<JsonObject> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: value => (JSON.stringify(value).includes("word") ? { issues: [{ message: "a word" }] } : {})
  }
}

const notes = collection("notes", { schema: wordless })

describe.each([
  ["yjs", yjs],
  ["automerge", automerge]
] as const)("a schema on %s", (_, engine) => {
  test("[SV2] of any changes just those are refused that would leave an invalid value, without a trace", async () => {
    const counts = { made: 0, refused: 0 }
    await fc.assert(
      fc.asyncProperty(fc.integer(), async seed => {
        const random = new SeededRandom(seed)
        const ports = { logger: silentLogger }
        const replica = await openReplica({
          store: memoryStore(),
          engine: engine(),
          collections: [notes],
          ports
        })
        const note = await replica.load(notes, "1")
        note.patch([{ op: "add", path: "", value: { a: [1, { b: "x" }], b: { "-": null } } }])
        for (let round = 0; round < 6; round++) {
          const { value, version } = note
          const patch = randomPatch(value, random)
          const expected = patchedJson(value, patch)
          if (expected === undefined) continue
          const isValid = !JSON.stringify(expected).includes("word")
          expect(codeThrownBy(() => note.patch(patch))).toBe(isValid ? undefined : "value-invalid")
          expect(note.value).toEqual(isValid ? expected : value)
          expect(isValid || (note.value === value && note.version === version)).toBe(true)
          expect(note.issues).toEqual([])
          counts[isValid ? "made" : "refused"]++
        }
        await replica.close()
      })
    )
    expect(Math.min(counts.made, counts.refused)).toBeGreaterThan(0)
  })
})
