import fc from "fast-check"
import { expect, test } from "vitest"
import { compareActorIds } from "../actor/actor-id.ts"
import {
  ACTORS,
  arbitraryVector,
  dotText,
  modelDifference,
  modelOfRanges,
  modelOfVector,
  modelOrder
} from "../testing/dot-model.ts"
import { VersionVector } from "./version-vector.ts"

const one = arbitraryVector
const runs = { numRuns: 1000 }
const expectEqual = (a: VersionVector, b: VersionVector): void => {
  expect(a.toJSON()).toEqual(b.toJSON())
  expect(a.compare(b)).toBe("equal")
}

test("[VV2] has and next agree with the set of dots", () => {
  fc.assert(
    fc.property(one, fc.constantFrom(...ACTORS), fc.integer({ min: 0, max: 5 }), (a, actor, seq) => {
      const model = modelOfVector(a)
      expect(a.has({ actor, seq })).toBe(model.has(dotText({ actor, seq })))
      expect(model.has(dotText(a.next(actor)))).toBe(false)
      expect(a.with(a.next(actor)).height).toBe(a.height + 1)
    }),
    runs
  )
})

test("[VV4] compare, equals and dominates are the relations of the sets", () => {
  const seen = new Set<string>()
  fc.assert(
    fc.property(one, one, (a, b) => {
      const order = modelOrder(modelOfVector(a), modelOfVector(b))
      seen.add(order)
      expect(a.compare(b)).toBe(order)
      expect(a.equals(b)).toBe(order === "equal")
      expect(a.dominates(b)).toBe(order === "equal" || order === "after")
    }),
    runs
  )
  expect(seen.size).toBe(4)
})

test("[VV4] order is transitive, and antisymmetric", () => {
  fc.assert(
    fc.property(one, one, one, (a, x, y) => {
      const b = a.merge(x)
      const c = b.merge(y)
      expect(c.dominates(a)).toBe(true)
      expect(a.dominates(b) && b.dominates(a)).toBe(a.equals(b))
      const flipped = { before: "after", after: "before", equal: "equal", concurrent: "concurrent" }
      expect(x.compare(y)).toBe(flipped[y.compare(x)])
    }),
    runs
  )
})

test("[VV5] merge is the union, and a semilattice", () => {
  fc.assert(
    fc.property(one, one, one, (a, b, c) => {
      expect(modelOfVector(a.merge(b))).toEqual(new Set([...modelOfVector(a), ...modelOfVector(b)]))
      expectEqual(a.merge(b), b.merge(a))
      expectEqual(a.merge(b).merge(c), a.merge(b.merge(c)))
      expectEqual(a.merge(a), a)
      expectEqual(a.merge(VersionVector.empty), a)
      expectEqual(VersionVector.empty.merge(a), a)
    }),
    runs
  )
})

test("[VV6] meet is the intersection, and absorbs with merge", () => {
  fc.assert(
    fc.property(one, one, one, (a, b, c) => {
      const both = new Set([...modelOfVector(a)].filter(dot => modelOfVector(b).has(dot)))
      expect(modelOfVector(a.meet(b))).toEqual(both)
      expectEqual(a.meet(b), b.meet(a))
      expectEqual(a.meet(b).meet(c), a.meet(b.meet(c)))
      expectEqual(a.meet(a.merge(b)), a)
      expectEqual(a.merge(a.meet(b)), a)
    }),
    runs
  )
})

test("[VV7] diff is the difference, one range per actor, in actor order", () => {
  fc.assert(
    fc.property(one, one, (a, b) => {
      const ranges = a.diff(b)
      const actors = ranges.map(({ actor }) => actor)
      expect(modelOfRanges(ranges)).toEqual(modelDifference(modelOfVector(a), modelOfVector(b)))
      expect(actors).toEqual([...new Set(actors)].sort(compareActorIds))
    }),
    runs
  )
})

test("[VV8] height counts dots and grows along causality", () => {
  fc.assert(
    fc.property(one, one, (a, b) => {
      expect(a.height).toBe(modelOfVector(a).size)
      const bySign = {
        [-1]: ["before", "concurrent"],
        0: ["equal", "concurrent"],
        1: ["after", "concurrent"]
      }
      expect(bySign[Math.sign(a.height - b.height) as -1 | 0 | 1]).toContain(a.compare(b))
    }),
    runs
  )
})

test("[VV11] iteration is in actor order on every table", () => {
  fc.assert(
    fc.property(one, a => {
      const actors = [...a].map(([actor]) => actor)
      expect(actors).toEqual(actors.toSorted(compareActorIds))
      expect(a.actors()).toEqual(actors)
      expect(a.size).toBe(actors.length)
      expectEqual(VersionVector.fromJSON(JSON.parse(JSON.stringify(a))), a)
    }),
    runs
  )
})
