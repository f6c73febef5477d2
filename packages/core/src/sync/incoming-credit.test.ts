import { expect, test } from "vitest"
import { compareUnits, expectedDocuments } from "./combined-root.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { SyncEvent } from "./sync-event.ts"
import { frameCharge, maxUnits, syncLimits } from "./sync-limits.ts"
import { transition } from "./sync-machine.ts"
import { initialSyncState, type SyncState } from "./sync-state.ts"

const limits = syncLimits({ windowBytes: 4096, maxFrameBytes: 8192, maxPayloadBytes: 16_384 })
const live: SyncState = { ...initialSyncState("acceptor", limits), phase: "live" }
const small: SyncEvent = {
  kind: "commits",
  frame: { kind: "commits", total: 10, bytes: new Uint8Array(10) },
  size: 20
}
const large: SyncEvent = {
  kind: "commits",
  frame: { kind: "commits", total: 9000, bytes: new Uint8Array(1024) },
  size: 1030
}
const medium: SyncEvent = {
  kind: "commits",
  frame: { kind: "commits", total: 1034, bytes: new Uint8Array(1024) },
  size: 1030
}
const mediumsEnd: SyncEvent = { kind: "chunk", frame: { kind: "chunk", bytes: new Uint8Array(10) }, size: 16 }
const chunk: SyncEvent = { kind: "chunk", frame: { kind: "chunk", bytes: new Uint8Array(1024) }, size: 1030 }
const applied: SyncEvent = {
  kind: "applied",
  payloads: 1,
  frameBytes: 10 + frameCharge,
  rejections: [],
  wants: []
}

function after(...events: readonly SyncEvent[]): SyncState {
  return events.reduce((state, event) => transition(state, event).state, live)
}

test("[SY36] chunks of one payload are paid for as they come while nothing waits to be applied", () => {
  const { phase, incoming } = after(large, ...Array.from({ length: 7 }, () => chunk))
  expect([phase, incoming.held, incoming.window + incoming.owed]).toEqual(["live", 0, 4096])
})

test("[SY36] while one of chunks waits to be applied they use up the window, and are paid for after it", () => {
  const waiting = after(medium, mediumsEnd, large, chunk, chunk)
  expect(waiting.incoming.held).toBe(3 * (1024 + frameCharge))
  expect(transition(waiting, chunk).effects).toMatchObject([{ closed: { reason: "flow-control" } }])
  const { incoming } = transition(waiting, applied).state
  expect([incoming.held, incoming.window + incoming.owed]).toEqual([0, 4096])
})

test("[SY36] what came whole holds its own credit until it is applied, and no chunks", () => {
  const waiting = after(large, small, chunk, small, chunk)
  const { received, held, window, owed } = waiting.incoming
  expect([received, held, window + owed]).toEqual([2, 0, 4096 - 2 * (10 + frameCharge)])
  const { incoming } = transition(waiting, applied).state
  expect(incoming.window + incoming.owed).toBe(4096 - 10 - frameCharge)
})

test.each<[string, SyncEvent]>([
  ["a batch", large],
  [
    "a snapshot",
    {
      kind: "snapshot",
      frame: {
        kind: "snapshot",
        document: "notes/a" as DocumentId,
        id: new Uint8Array(16),
        total: 3,
        offset: 1,
        bytes: new Uint8Array(2)
      },
      size: 40
    }
  ]
])("[SY71] %s that is not all there may not come inside another", (_, event) => {
  expect(transition(after(large), event).effects).toMatchObject([
    { closed: { reason: "protocol-violation" } }
  ])
})

test("[SY37] as many collections as a peer may name are compared in no time", () => {
  const theirs = Array.from({ length: maxUnits }, (_, i) => ({
    collection: `collection ${i}`,
    root: new Uint8Array(20),
    documents: 1
  }))
  expect(expectedDocuments(compareUnits([], theirs), theirs)).toBe(maxUnits)
})
