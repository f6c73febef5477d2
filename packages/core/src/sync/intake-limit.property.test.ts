import fc from "fast-check"
import { expect, test } from "vitest"
import { SeededRandom } from "../testing/seeded-random.ts"
import { VirtualTime } from "../testing/virtual-time.ts"
import { accountLimit } from "./intake-accounts.ts"
import { Intake } from "./intake.ts"
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
        taken.push({ atMs: nowMs + limit.reserve({ documents: most, commits: 1 }).leftMs, documents: most })
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
  expect(limit.reserve({ documents: 10, commits: 10 }).leftMs).toBe(0)
  nowMs = 0
  expect(limit.reserve({ documents: 1, commits: 1 }).leftMs).toBe(100)
  nowMs = 200
  expect(limit.reserve({ documents: 1, commits: 1 }).leftMs).toBe(0)
})

test("[SY82] an account that is as good as new is not remembered, one in use is", async () => {
  const fleet = new LinkFleet(1, 1)
  const limits = { maxDocumentsPerSecond: 1, maxCommitsPerSecond: 1, burstSeconds: 1 }
  const used = accountLimit(fleet.host(0), "used", limits)
  const unused = accountLimit(fleet.host(0), "unused", limits)
  const held = accountLimit(fleet.host(0), "held", limits)
  used.reserve({ documents: 1, commits: 1 })
  held.hold()
  for (let i = 0; i < 2_000; i++) accountLimit(fleet.host(0), `other ${i}`, limits)
  expect(accountLimit(fleet.host(0), "used", limits)).toBe(used)
  expect(accountLimit(fleet.host(0), "held", limits)).toBe(held)
  expect(accountLimit(fleet.host(0), "unused", limits)).not.toBe(unused)
  held.release()
  for (let i = 0; i < 4_000; i++) accountLimit(fleet.host(0), `another ${i}`, limits)
  expect(accountLimit(fleet.host(0), "held", limits)).not.toBe(held)
})

test("[SY82] an infinite rate is no limit, and nothing to remember", () => {
  const limits = {
    maxDocumentsPerSecond: Infinity,
    maxCommitsPerSecond: Infinity,
    burstSeconds: Infinity
  }
  const limit = new IntakeLimit({ nowMs: () => 1_000 }, limits)
  expect(limit.has({ documents: 1e6, commits: 1e9 })).toBe(true)
  expect(limit.reserve({ documents: 1e6, commits: 1e9 }).leftMs).toBe(0)
  expect(limit.isUnused).toBe(true)
})

test("[SY83] who waits moves up at once when somebody before it leaves", async () => {
  const time = new VirtualTime()
  const limit = new IntakeLimit(time, { maxDocumentsPerSecond: 1, maxCommitsPerSecond: 1, burstSeconds: 1 })
  const intakes = [0, 1].map(
    () =>
      new Intake(time.ports(new SeededRandom(1)), 1_000_000, { onLimited: () => {}, onProgress: () => {} })
  )
  let isTaken = false
  const [, second] = intakes.map(intake => intake.pass(limit, ["notes/1"], () => 100).next())
  void second?.then(() => (isTaken = true))
  await time.advance(10_000)
  intakes[0]?.stop()
  await time.advance(88_000)
  expect(isTaken).toBe(false)
  await time.advance(2_000)
  expect(isTaken).toBe(true)
})

const visits = fc.array(
  fc.record({
    afterMs: fc.nat(4_000),
    stayMs: fc.oneof(fc.nat(8_000), fc.constant(10_000_000)),
    documents: fc.integer({ min: 1, max: 60 })
  }),
  { minLength: 1, maxLength: 20 }
)

test("[SY83] nor however often who waits leaves again, who pays for nothing that was not taken", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), rates, visits, async (seed, limits, list) => {
      const time = new VirtualTime()
      const limit = new IntakeLimit(time, limits)
      const { maxDocumentsPerSecond: rate, burstSeconds } = limits
      const taken: { readonly atMs: number; readonly documents: number }[] = []
      const visit = async (stayMs: number, documents: number) => {
        const intake = new Intake(time.ports(new SeededRandom(seed)), 100_000, {
          onLimited: () => {},
          onProgress: () => {}
        })
        time.schedule(stayMs, () => intake.stop())
        const pieces = intake.pass(limit, Array.from({ length: documents }), () => 1)
        for await (const { items } of pieces) taken.push({ atMs: time.nowMs(), documents: items.length })
      }
      let visiting = 0
      for (const { afterMs, stayMs, documents } of list) {
        await time.advance(afterMs)
        visiting++
        void visit(stayMs, documents).then(() => visiting--)
      }
      expect(await time.until(() => visiting === 0, 20_000_000)).toBe(true)
      for (const [i, first] of taken.entries()) {
        const upTo = taken.slice(i).map(({ atMs, documents }) => ({ ms: atMs - first.atMs, documents }))
        let sum = 0
        for (const { ms, documents } of upTo) {
          sum += documents
          expect(sum).toBeLessThanOrEqual(rate * burstSeconds + (rate * ms) / 1_000 + 1)
        }
      }
      // Whoever stayed was done in the time that all that was taken takes.
      const spent = taken.reduce((sum, { documents }) => sum + documents, 0)
      const firstMs = taken[0]?.atMs ?? 0
      const lastMs = taken.at(-1)?.atMs ?? 0
      const arrivals = list.reduce((sum, { afterMs }) => sum + afterMs, 0)
      expect(lastMs - firstMs).toBeLessThanOrEqual(arrivals + 8_000 + (spent / rate) * 1_000 + 1_000)
    }),
    { numRuns: 60 }
  )
})
