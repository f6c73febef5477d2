import fc from "fast-check"
import { expect, test } from "vitest"
import { ACTORS, arbitraryVector, modelOfVector } from "../testing/dot-model.ts"
import type { VersionVector } from "../version-vector/version-vector.ts"
import { Stability } from "./stability.ts"

const peers = fc.array(fc.tuple(fc.constantFrom("one", "two", "three"), arbitraryVector), { minLength: 1 })

function acknowledged(acks: ReadonlyArray<readonly [string, VersionVector]>): Stability {
  const stability = new Stability()
  for (const [peer, vector] of acks) stability.ack(peer, vector)
  return stability
}

test("[ST1] [ST2] the cut is the intersection of the unions of each peer's acknowledgements", () => {
  fc.assert(
    fc.property(peers, acks => {
      const known = Map.groupBy(acks, ([peer]) => peer)
      const unions = [...known.values()].map(
        own => new Set(own.flatMap(([, vector]) => [...modelOfVector(vector)]))
      )
      const [first = new Set<string>(), ...others] = unions
      const shared = new Set([...first].filter(dot => others.every(union => union.has(dot))))
      expect(modelOfVector(acknowledged(acks).cut)).toEqual(shared)
    }),
    { numRuns: 1000 }
  )
})

test("[ST4] [ST5] with everything retirable retired, compacted vectors compare as the whole ones", () => {
  let retired = 0
  fc.assert(
    fc.property(peers, arbitraryVector, arbitraryVector, (acks, x, y) => {
      const stability = acknowledged(acks)
      for (const actor of stability.retirable()) stability.retire(actor)
      retired += stability.retired.size
      const [a, b] = [x.merge(stability.cut), y.merge(stability.cut)]
      expect(stability.expand(stability.compact(a)).equals(a)).toBe(true)
      expect(stability.compact(a).compare(stability.compact(b))).toBe(a.compare(b))
    }),
    { numRuns: 1000 }
  )
  expect(retired).toBeGreaterThan(ACTORS.length)
})
