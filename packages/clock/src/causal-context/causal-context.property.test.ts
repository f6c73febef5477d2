import fc from "fast-check"
import { expect, test } from "vitest"
import { ActorTable } from "../actor/actor-table.ts"
import { compareDots } from "../actor/dot.ts"
import {
  ACTORS,
  arbitraryDamage,
  arbitraryRanges,
  arbitraryVector,
  type DotModel,
  dotText,
  modelDifference,
  modelOfRanges,
  modelOfVector,
  modelOrder
} from "../testing/dot-model.ts"
import { acceptedBy } from "../testing/error-code.ts"
import { VersionVector } from "../version-vector/version-vector.ts"
import { CausalContext } from "./causal-context.ts"

const one = fc
  .tuple(arbitraryVector, arbitraryRanges)
  .map(([vector, ranges]) => CausalContext.from(vector, ranges))
const runs = { numRuns: 1000 }

function modelOf(context: CausalContext): DotModel {
  return new Set([...modelOfVector(context.vector), ...modelOfRanges(context.cloud)])
}

test("[CC1] a context is the set of the dots put in", () => {
  fc.assert(
    fc.property(arbitraryVector, arbitraryRanges, (vector, ranges) => {
      const model = new Set([...modelOfVector(vector), ...modelOfRanges(ranges)])
      const context = CausalContext.from(vector, ranges)
      expect(modelOf(context)).toEqual(model)
      for (const actor of ACTORS) {
        for (let seq = 0; seq < 18; seq++)
          expect(context.has({ actor, seq })).toBe(model.has(dotText({ actor, seq })))
      }
    }),
    { numRuns: 300 }
  )
})

test("[CC1] dots added one by one in any order give the same bytes", () => {
  const shuffled = arbitraryRanges.chain(ranges => {
    const dots = ranges.flatMap(({ actor, from, to }) =>
      Array.from({ length: to - from + 1 }, (_, i) => ({ actor, seq: from + i }))
    )
    return fc.tuple(fc.constant(ranges), fc.shuffledSubarray(dots, { minLength: dots.length }))
  })
  fc.assert(
    fc.property(shuffled, ([ranges, dots]) => {
      const single = dots.reduce((context, dot) => context.with(dot), CausalContext.empty)
      expect(single.encode()).toEqual(CausalContext.from(VersionVector.empty, ranges).encode())
    }),
    runs
  )
})

test("[CC2] ranges ascend and touch neither each other nor the vector", () => {
  fc.assert(
    fc.property(one, one, (a, b) => {
      const { cloud, vector } = a.merge(b)
      expect(cloud).toEqual(
        cloud.toSorted((x, y) => compareDots({ ...x, seq: x.from }, { ...y, seq: y.from }))
      )
      cloud.forEach(({ actor, from }, i) => {
        const before = cloud[i - 1]
        expect(from).toBeGreaterThan((before?.actor === actor ? before.to : vector.get(actor)) + 1)
      })
    }),
    runs
  )
})

test("[CC3] comparison, union, difference and height are those of the sets", () => {
  const seen = new Set<string>()
  fc.assert(
    fc.property(one, one, (a, b) => {
      const [left, right] = [modelOf(a), modelOf(b)]
      seen.add(a.compare(b))
      expect(a.compare(b)).toBe(modelOrder(left, right))
      expect(a.equals(b)).toBe(modelOrder(left, right) === "equal")
      expect(a.compare(a.merge(b))).toBe(modelOrder(left, modelOf(a.merge(b))))
      expect(a.merge(b).compare(b.merge(a))).toBe("equal")
      expect(modelOf(a.merge(b))).toEqual(new Set([...left, ...right]))
      expect(modelOfRanges(a.diff(b))).toEqual(modelDifference(left, right))
      expect(a.height).toBe(left.size)
    }),
    runs
  )
  expect([...seen]).toEqual(expect.arrayContaining(["before", "after", "concurrent"]))
})

test("[CC3] filling the gaps leaves a plain vector", () => {
  fc.assert(
    fc.property(one, a => {
      const gaps = a.gaps()
      expect(gaps.filter(({ actor, from }) => a.has({ actor, seq: from }))).toEqual([])
      const whole = a.withRanges(gaps)
      expect([whole.cloud, whole.gaps()]).toEqual([[], []])
      expect(whole.height).toBe(a.height + modelOfRanges(gaps).size)
    }),
    runs
  )
})

test("[CC4] next follows the highest dot", () => {
  fc.assert(
    fc.property(one, fc.constantFrom(...ACTORS), (a, actor) => {
      const { seq } = a.next(actor)
      expect(a.has({ actor, seq })).toBe(false)
      expect(seq === 1 || a.has({ actor, seq: seq - 1 })).toBe(true)
      expect(a.cloud.every(range => range.actor !== actor || range.to < seq)).toBe(true)
    }),
    runs
  )
})

test("[CC5] damaged bytes are a typed error or the one encoding of another context", () => {
  let accepted = 0
  fc.assert(
    fc.property(arbitraryDamage(one.map(context => context.encode())), bytes => {
      const context = acceptedBy(() => CausalContext.decode(bytes, { home: new ActorTable() }))
      accepted += context === undefined ? 0 : 1
      const again = context && CausalContext.from(context.vector, context.cloud)
      expect([context?.encode() ?? bytes, again?.encode() ?? bytes]).toEqual([bytes, bytes])
    }),
    { numRuns: 4000 }
  )
  expect(accepted).toBeGreaterThan(100)
})
