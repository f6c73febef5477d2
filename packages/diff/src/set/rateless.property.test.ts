import fc from "fast-check"
import { expect, test } from "vitest"
import type { RatelessOptions, RatelessOutcome, RatelessSession } from "./rateless-session.ts"
import { RatelessSketch } from "./rateless-sketch.ts"
import { acceptRateless, beginRateless, stepRateless } from "./rateless-steps.ts"
import type { SetId } from "./set-id.ts"
import { type DialogueEnd, dialogue } from "./testing/dialogue.ts"
import { idAt, KEY, texts, twoSets } from "./testing/test-ids.ts"

function sketchOf(ids: readonly SetId[], cells = 64): RatelessSketch {
  const sketch = new RatelessSketch(KEY, { cells, journal: 64 })
  for (const id of ids) sketch.add(id)
  return sketch
}

function reconcile(
  left: RatelessSketch,
  right: RatelessSketch,
  options: RatelessOptions,
  between: () => void = () => undefined
): DialogueEnd<RatelessOutcome> {
  const step = (sketch: RatelessSketch) => (session: RatelessSession, message: Uint8Array) => {
    between()
    return stepRateless(sketch, session, message)
  }
  return dialogue({
    begin: () => beginRateless(left, options),
    accept: message => acceptRateless(right, message, options),
    initiator: step(left),
    responder: step(right)
  })
}

function expectExact(
  end: DialogueEnd<RatelessOutcome>,
  left: readonly SetId[],
  right: readonly SetId[]
): void {
  const { initiator, responder } = end
  if (initiator?.status !== "decoded" || responder?.status !== "decoded") throw new Error("not decoded")
  expect(texts(initiator.ours)).toEqual(texts(left))
  expect(texts(initiator.theirs)).toEqual(texts(right))
  expect(texts(responder.ours)).toEqual(texts(right))
  expect(texts(responder.theirs)).toEqual(texts(left))
}

test("[RI3] both sides end with exactly what differs", () => {
  fc.assert(
    fc.property(twoSets, fc.integer({ min: 1, max: 80 }), ({ common, left, right }, firstCells) => {
      const end = reconcile(sketchOf([...common, ...left]), sketchOf([...common, ...right]), { firstCells })
      expectExact(end, left, right)
    })
  )
})

test("[SE3] what changes meanwhile belongs to the next reconciliation", () => {
  fc.assert(
    fc.property(twoSets, ({ common, left, right }) => {
      const mine = sketchOf([...common, ...left])
      const theirs = sketchOf([...common, ...right])
      let change = 0
      const between = (): void => {
        mine.add(idAt(-1 - change))
        for (const id of [...common, ...right].slice(change, change + 2)) theirs.delete(id)
        change++
      }
      expectExact(reconcile(mine, theirs, { firstCells: 8 }, between), left, right)
    })
  )
})

test("[RI3] with few cells allowed both sides end exact or both give up", () => {
  fc.assert(
    fc.property(twoSets, fc.integer({ min: 10, max: 200 }), ({ common, left, right }, maxCells) => {
      const options = { firstCells: 10, maxCells }
      const end = reconcile(sketchOf([...common, ...left]), sketchOf([...common, ...right]), options)
      if (end.initiator?.status !== "gave-up") return expectExact(end, left, right)
      expect(end.responder?.status).toBe("gave-up")
      expect(left.length + right.length).toBeGreaterThan(1)
    })
  )
})

test("[RI1] [SE1] cells and checksums depend on the set alone, however they came to be", () => {
  fc.assert(
    fc.property(twoSets, fc.nat(100), fc.nat(150), ({ common, left, right }, from, more) => {
      const grown = sketchOf([...left, ...common, ...right], 40)
      const mark = grown.mark
      for (const id of right) grown.delete(id)
      const fresh = sketchOf([...common, ...left], 300)
      expect(grown.cells(from, from + more, grown.mark)).toEqual(fresh.cells(from, from + more, fresh.mark))
      expect(grown.checksum(grown.mark)).toEqual(fresh.checksum(fresh.mark))
      if (right.length > 64) return
      const before = sketchOf([...common, ...left, ...right])
      expect(grown.cells(from, from + more, mark)).toEqual(before.cells(from, from + more, before.mark))
      expect(grown.checksum(mark)).toEqual(before.checksum(before.mark))
    })
  )
})

test("[RI1] [RI2] a cell sums up the ids that fall into it", () => {
  fc.assert(
    fc.property(twoSets, fc.nat(120), ({ common }, from) => {
      const whole = sketchOf(common).cells(from, from + 20, common.length)
      const parts = common.map(id => sketchOf([id]).cells(from, from + 20, 1))
      for (const [at, count] of whole.counts.entries()) {
        expect(count).toBe(parts.reduce((sum, part) => sum + (part.counts[at] ?? 0), 0))
        expect(whole.highs[at]).toBe(parts.reduce((sum, part) => sum ^ (part.highs[at] ?? 0), 0))
        expect(whole.checks[at]).toBe(parts.reduce((sum, part) => sum ^ (part.checks[at] ?? 0), 0))
      }
    }),
    { numRuns: 20 }
  )
})
