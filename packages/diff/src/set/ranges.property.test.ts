import fc from "fast-check"
import { expect, test } from "vitest"
import { RangeIndex } from "./range-index.ts"
import type { RangeOptions, RangeOutcome, RangeSession } from "./range-session.ts"
import { acceptRanges, beginRanges, stepRanges } from "./range-steps.ts"
import type { SetId } from "./set-id.ts"
import { type DialogueEnd, dialogue } from "./testing/dialogue.ts"
import { idAt, KEY, texts, twoSets } from "./testing/test-ids.ts"

const orderBytes = fc.constantFrom(0, 1, 8)

/** A few bytes of order that follow from the id, not evenly spread. */
function orderOf(id: SetId, bytes: number): Uint8Array {
  return new Uint8Array(bytes).fill((id[0] ?? 0) & 12)
}

function indexOf(ids: readonly SetId[], bytes: number): RangeIndex {
  const index = new RangeIndex(KEY, { orderBytes: bytes })
  for (const id of ids) index.add(id, orderOf(id, bytes))
  return index
}

function reconcile(
  left: RangeIndex,
  right: RangeIndex,
  options: RangeOptions,
  between: () => void = () => undefined
): DialogueEnd<RangeOutcome> {
  const step = (index: RangeIndex) => (session: RangeSession, message: Uint8Array) => {
    between()
    return stepRanges(index, session, message)
  }
  return dialogue({
    begin: () => beginRanges(left, options),
    accept: message => acceptRanges(right, message, options),
    initiator: step(left),
    responder: step(right)
  })
}

function expectExact(end: DialogueEnd<RangeOutcome>, left: readonly SetId[], right: readonly SetId[]): void {
  const { initiator, responder } = end
  if (initiator?.status !== "decoded" || responder?.status !== "decoded")
    throw new Error(
      `not decoded: ${initiator?.status}, ${responder?.status}, ${end.messages.length} messages`
    )
  expect(texts(initiator.ours)).toEqual(texts(left))
  expect(texts(initiator.theirs)).toEqual(texts(right))
  expect(texts(responder.ours)).toEqual(texts(right))
  expect(texts(responder.theirs)).toEqual(texts(left))
}

test("[RR2] both sides end with exactly what differs", () => {
  fc.assert(
    fc.property(
      twoSets,
      orderBytes,
      fc.integer({ min: 1, max: 40 }),
      ({ common, left, right }, bytes, firstParts) => {
        const mine = indexOf([...common, ...left], bytes)
        const theirs = indexOf([...common, ...right], bytes)
        expectExact(reconcile(mine, theirs, { firstParts }), left, right)
      }
    )
  )
})

test("[RR3] small frames take more messages to the same end", () => {
  const frame = fc.integer({ min: 1024, max: 2000 })
  fc.assert(
    fc.property(twoSets, orderBytes, frame, ({ common, left, right }, bytes, maxFrameBytes) => {
      const mine = indexOf([...common, ...left], bytes)
      const theirs = indexOf([...common, ...right], bytes)
      const end = reconcile(mine, theirs, { maxFrameBytes, firstParts: 100 })
      expectExact(end, left, right)
      for (const message of end.messages) expect(message.length).toBeLessThanOrEqual(maxFrameBytes)
    })
  )
})

test("[RR8] answers that go through few ids take more messages to the same end, whatever changes meanwhile", () => {
  const most = fc.integer({ min: 1, max: 60 })
  fc.assert(
    fc.property(
      twoSets,
      orderBytes,
      most,
      fc.boolean(),
      ({ common, left, right }, bytes, maxAnswerIds, isCut) => {
        const mine = indexOf([...common, ...left], bytes)
        const theirs = indexOf([...common, ...right], bytes)
        let change = 0
        const between = (): void => {
          mine.add(idAt(-1 - change), orderOf(idAt(-1 - change), bytes))
          for (const id of right.slice(change, change + 2)) theirs.delete(id, orderOf(id, bytes))
          change++
        }
        // As few parts as can be make long ranges of which one side lists all, which is nothing.
        const options = { firstParts: isCut ? 16 : 1, maxAnswerIds, maxMessages: 10_000 }
        expectExact(reconcile(mine, theirs, options, between), left, right)
      }
    )
  )
})

test("[SE3] what changes meanwhile belongs to the next reconciliation", () => {
  fc.assert(
    fc.property(twoSets, orderBytes, ({ common, left, right }, bytes) => {
      const mine = indexOf([...common, ...left], bytes)
      const theirs = indexOf([...common, ...right], bytes)
      let change = 0
      const between = (): void => {
        for (const index of [mine, theirs]) index.add(idAt(-1 - change), orderOf(idAt(-1 - change), bytes))
        for (const id of [...common, ...right].slice(change, change + 3))
          theirs.delete(id, orderOf(id, bytes))
        for (const id of left.slice(change, change + 3)) mine.delete(id, orderOf(id, bytes))
        change++
      }
      expectExact(reconcile(mine, theirs, { maxFrameBytes: 1024 }, between), left, right)
    })
  )
})
