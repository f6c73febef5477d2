import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { coreError } from "../errors/core-error.ts"
import { ProjectorWorld } from "../testing/core-projector-world.ts"
import { type BatchOutcome, firstBatchSize, nextBatchSize } from "./batch-size.ts"

const limitsOf = (documents: number) => ({ documents, bytes: 1, targetMs: 100, timeoutMs: 1000 })

const outcome: fc.Arbitrary<BatchOutcome> = fc.oneof(
  fc.record({ kind: fc.constant("applied" as const), isFull: fc.boolean(), tookMs: fc.nat(300) }),
  fc.constant<BatchOutcome>({ kind: "failed" })
)

function sizesAfter(documents: number, outcomes: readonly BatchOutcome[]): number[] {
  const sizes = [firstBatchSize(limitsOf(documents))]
  for (const each of outcomes) sizes.push(nextBatchSize(sizes.at(-1) ?? 0, each, limitsOf(documents)))
  return sizes
}

describe("nextBatchSize", () => {
  it("[PJ23] whatever happens, a size is from 1 to the limit", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), fc.array(outcome), (documents, outcomes) => {
        for (const size of sizesAfter(documents, outcomes)) {
          expect(Number.isInteger(size)).toBe(true)
          expect(size).toBeGreaterThanOrEqual(1)
          expect(size).toBeLessThanOrEqual(documents)
        }
      })
    )
  })

  it("[PJ23] failing and slow batches halve it, full ones in time bring it to the limit, others change nothing", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), fc.array(outcome), (documents, outcomes) => {
        const limits = limitsOf(documents)
        const size = sizesAfter(documents, outcomes).at(-1) ?? 0
        expect(nextBatchSize(size, { kind: "failed" }, limits)).toBe(Math.max(1, Math.floor(size / 2)))
        const slow = nextBatchSize(size, { kind: "applied", isFull: true, tookMs: 101 }, limits)
        expect(slow).toBe(size <= 32 ? size : Math.max(32, Math.floor(size / 2)))
        expect(nextBatchSize(size, { kind: "applied", isFull: false, tookMs: 99 }, limits)).toBe(size)
        const quick = Array.from(
          { length: 10 },
          (): BatchOutcome => ({ kind: "applied", isFull: true, tookMs: 1 })
        )
        expect(sizesAfter(documents, [...outcomes, ...quick]).at(-1)).toBe(documents)
      })
    )
  })
})

describe("a projector's batches", () => {
  it("[PJ23] grow while the sink is quick, shrink while it takes long for each document, and status says so", async () => {
    const world = new ProjectorWorld()
    const projector = await world.open({ batch: { documents: 100, targetMs: 100 } })
    world.putMany(2000)
    await world.timers.run(projector.drain())
    expect(world.batches.map(({ length }) => length).slice(0, 4)).toEqual([20, 30, 40, 50])
    expect(projector.status.batchDocuments).toBe(100)
    world.applyMs = documents => 2 * documents
    world.putMany(2000)
    await world.timers.run(projector.drain())
    expect(projector.status.batchDocuments).toBeLessThanOrEqual(60)
    expect(projector.status.batchDocuments).toBeGreaterThanOrEqual(32)
  })

  it("[PJ23] a failing sink is given less each time, and its size outlives an opening", async () => {
    const world = new ProjectorWorld()
    const projector = await world.open({ batch: { documents: 100 } })
    world.failures = 3
    world.failure = coreError("sink-fenced", "another generation")
    world.putMany(100)
    await world.timers.run(projector.drain())
    // Fenced off: the failure that opened it anew counts, and so do two openings that failed.
    expect(world.tried.map(({ length }) => length).slice(0, 2)).toEqual([20, 10])
  })
})
