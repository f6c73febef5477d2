import { expect, test } from "vitest"
import type { Commit } from "../commit/commit.ts"
import { emptyLog } from "../store/log-hash.ts"
import { LinkFleet } from "../testing/link-fleet.ts"
import { decodeCommits } from "../codec/commit-decoder.ts"
import { OutgoingBatch } from "./outgoing-batch.ts"
import { maxBatchCommits, syncLimits } from "./sync-limits.ts"

test("[SY73] a mark is not told either when what was kept back turns out too large to be sent", () => {
  const fleet = new LinkFleet(1, 1)
  const write = (bytes: number): Commit => fleet.host(0).write("notes/1", fleet.random.bytes(bytes))
  const dropped: string[] = []
  const batch = new OutgoingBatch({
    batchBytes: 1_000,
    maxPayloadBytes: 3_000,
    smallBytes: 500,
    partial: undefined,
    onTooLarge: document => dropped.push(document)
  })
  const large = [...batch.add([write(1_000)])]
  const kept = [...batch.add([write(5_000)])]
  batch.bulkSent()
  const rest = [...batch.flush({ through: { ...emptyLog, position: 2 } })]
  expect([large.length, kept, rest, dropped]).toEqual([1, [], [], ["notes/1"]])
})

test("[SY77] however large a batch is to be, it has fewer commits than a receiver takes", () => {
  const fleet = new LinkFleet(1, 1)
  const commit = fleet.host(0).write("notes/1", new Uint8Array(1))
  const { batchBytes } = syncLimits({ batchBytes: 2 ** 30 })
  const options = { maxPayloadBytes: 2 ** 26, smallBytes: 2 ** 20, partial: undefined, onTooLarge: () => {} }
  const batch = new OutgoingBatch({ ...options, batchBytes })
  const payloads = [
    ...batch.add(Array.from({ length: 3 * maxBatchCommits }, () => commit)),
    ...batch.flush({})
  ]
  const sizes = payloads.map(({ bytes }) => decodeCommits(bytes).length)
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(3 * maxBatchCommits)
  expect(Math.max(...sizes)).toBeLessThanOrEqual(maxBatchCommits)
})
