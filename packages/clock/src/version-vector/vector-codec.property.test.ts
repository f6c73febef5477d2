import fc from "fast-check"
import { expect, test } from "vitest"
import { ActorTable } from "../actor/actor-table.ts"
import { ACTORS, arbitraryDamage, arbitraryVector } from "../testing/dot-model.ts"
import { acceptedBy } from "../testing/error-code.ts"
import { type VectorDecodeOptions, VersionVector } from "./version-vector.ts"

const table = new ActorTable()
for (const actor of ACTORS.toReversed()) table.intern(actor)

const arbitraryOptions: fc.Arbitrary<VectorDecodeOptions> = fc.record({
  since: fc.option(arbitraryVector, { nil: undefined }),
  table: fc.constantFrom(undefined, table),
  home: fc.constantFrom(undefined, table)
})
const runs = { numRuns: 2000 }

test("[VC1] equal vectors have equal bytes, on whatever table and by whatever way they came about", () => {
  fc.assert(
    fc.property(arbitraryVector, arbitraryVector, arbitraryOptions, (a, b, options) => {
      const other = [...b.merge(a)].reduce(
        (vector, [actor, seq]) => vector.with(actor, seq),
        VersionVector.empty
      )
      expect(a.merge(b).encode(options)).toEqual(other.encode(options))
    }),
    runs
  )
})

test("[VC3] decoding gives the vector, merged with what was known", () => {
  fc.assert(
    fc.property(arbitraryVector, arbitraryOptions, (a, options) => {
      const decoded = VersionVector.decode(a.encode(options), options)
      expect(decoded.toJSON()).toEqual(a.merge(options.since ?? VersionVector.empty).toJSON())
    }),
    runs
  )
})

test("[VC2] damaged bytes are a typed error or the one encoding of another vector", () => {
  const outcomes = { refused: 0, accepted: 0 }
  const damaged = arbitraryOptions.chain(options =>
    fc.tuple(fc.constant(options), arbitraryDamage(arbitraryVector.map(vector => vector.encode(options))))
  )
  fc.assert(
    fc.property(damaged, ([options, bytes]) => {
      const home = new ActorTable()
      const vector = acceptedBy(() => VersionVector.decode(bytes, { ...options, home }))
      outcomes[vector === undefined ? "refused" : "accepted"]++
      expect(vector?.encode(options) ?? bytes).toEqual(bytes)
    }),
    { numRuns: 5000 }
  )
  expect(outcomes.refused).toBeGreaterThan(100)
  expect(outcomes.accepted).toBeGreaterThan(100)
})
