import fc from "fast-check"
import { expect, test } from "vitest"
import { accountLimit } from "./intake-accounts.ts"
import { IntakeLimit } from "./intake-limit.ts"
import { LinkFleet } from "../testing/link-fleet.ts"

const rates = fc.record({
  maxDocumentsPerSecond: fc.integer({ min: 1, max: 200 }),
  maxCommitsPerSecond: fc.constant(1_000_000),
  burstSeconds: fc.integer({ min: 1, max: 4 })
})
const steps = fc.array(
  fc.record({ pauseMs: fc.oneof(fc.constant(0), fc.nat(3_000)), documents: fc.integer({ min: 1, max: 20 }) }),
  { maxLength: 60 }
)

test("[SY83] in no stretch of time more is taken than the burst and what the rate allows", () => {
  fc.assert(
    fc.property(rates, steps, (limits, list) => {
      let nowMs = 1_000_000
      const limit = new IntakeLimit({ nowMs: () => nowMs }, limits)
      const taken: { readonly atMs: number; readonly documents: number }[] = []
      for (const { pauseMs, documents } of list) {
        nowMs += pauseMs
        const most = Math.min(documents, limit.piece.documents)
        taken.push({ atMs: nowMs + limit.reserve({ documents: most, commits: 1 }), documents: most })
      }
      const { maxDocumentsPerSecond: rate, burstSeconds } = limits
      for (const [i, first] of taken.entries()) {
        let sum = 0
        for (const { atMs, documents } of taken.slice(i)) {
          sum += documents
          expect(sum).toBeLessThanOrEqual(rate * burstSeconds + (rate * (atMs - first.atMs)) / 1_000 + 1e-6)
        }
      }
    })
  )
})

test("[SY83] a clock that is set back stops nothing for good, and gives nothing twice", () => {
  let nowMs = 10_000
  const slow = { maxDocumentsPerSecond: 10, maxCommitsPerSecond: 10, burstSeconds: 1 }
  const limit = new IntakeLimit({ nowMs: () => nowMs }, slow)
  expect(limit.reserve({ documents: 10, commits: 10 })).toBe(0)
  nowMs = 0
  expect(limit.reserve({ documents: 1, commits: 1 })).toBe(100)
  nowMs = 200
  expect(limit.reserve({ documents: 1, commits: 1 })).toBe(0)
})

test("[SY82] an account that is as good as new is not remembered, one in use is", async () => {
  const fleet = new LinkFleet(1, 1)
  const limits = { maxDocumentsPerSecond: 1, maxCommitsPerSecond: 1, burstSeconds: 1 }
  const used = accountLimit(fleet.host(0), "used", limits)
  const unused = accountLimit(fleet.host(0), "unused", limits)
  used.reserve({ documents: 1, commits: 1 })
  for (let i = 0; i < 2_000; i++) accountLimit(fleet.host(0), `other ${i}`, limits)
  expect(accountLimit(fleet.host(0), "used", limits)).toBe(used)
  expect(accountLimit(fleet.host(0), "unused", limits)).not.toBe(unused)
})
