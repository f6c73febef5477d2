import fc from "fast-check"
import { expect, test } from "vitest"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { MemorySinkPlace, memorySink } from "../testing/memory-sink.ts"
import { playSharedSink } from "../testing/shared-sink-history.ts"

test("[PJ34] two replicas feed one sink, one stale and slow: once the other has written the join, it is right", async () => {
  let late = 0
  await fc.assert(
    fc.asyncProperty(fc.nat(), async seed => {
      const place = new MemorySinkPlace()
      late += (await playSharedSink(seed, { engine: yjs(), sink: () => memorySink(place) })).late
    }),
    { numRuns: Math.max(40, fc.readConfigureGlobal().numRuns ?? 0) }
  )
  expect(late).toBeGreaterThan(0)
})
