import { expect, test } from "vitest"
import type { Commit } from "../commit/commit.ts"
import { emptyLog } from "../store/log-hash.ts"
import { LinkFleet } from "../testing/link-fleet.ts"
import { OutgoingBatch } from "./outgoing-batch.ts"

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
