import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { automerge } from "../engine/automerge/automerge-engine.ts"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { runConflictHistory } from "../testing/core-conflict-history.ts"
import { runsOf } from "../testing/core-runs.ts"

await automerge().ready?.()
await yjs().readyFootprints?.()

describe.each([
  ["yjs", yjs],
  ["automerge", automerge]
] as const)("%s", (_, makeEngine) => {
  test("[CF9] replicas have equal records, whatever the order in which commits come", {
    timeout: 120_000
  }, () => {
    const engine = makeEngine()
    const found = { "write-write": 0, "delete-edit": 0, "overlapping-edit": 0 }
    fc.assert(
      fc.property(fc.integer({ min: 1 }), fc.integer({ min: 2, max: 4 }), (seed, size) => {
        for (const { kind } of runConflictHistory(engine, seed, size)) found[kind]++
      }),
      // In these all three kinds come about with either engine; of random ones a run may have none.
      {
        ...runsOf(40, engine),
        examples: [
          [6, 3],
          [10, 3],
          [13, 3]
        ]
      }
    )
    expect(Math.min(...Object.values(found))).toBeGreaterThan(2)
  })
})
