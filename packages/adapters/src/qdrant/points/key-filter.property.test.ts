import type { OrderKey } from "@syncline/core"
import fc from "fast-check"
import { expect, it } from "vitest"
import { parseFilter } from "../testing/stand-in-filter.ts"
import { rowFields } from "./key-fields.ts"
import { sameKeyAs } from "./key-filter.ts"
import type { Payload } from "./point.ts"

const written = fc.nat({ max: 3 })
const anything = fc.oneof(
  { weight: 3, arbitrary: written },
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  // What JSON has beyond safe integers comes as such.
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n }).chain(size => fc.constantFrom(size, -size)),
  fc.constantFrom("1", "", null, undefined, true, {})
)

const payloadOf = (generation: unknown, projection: unknown, height: unknown): Payload => ({
  [rowFields.generation]: generation,
  [rowFields.projection]: projection,
  [rowFields.height]: height
})

function holds(read: Payload, now: Payload): boolean {
  const { test } = parseFilter({ must: sameKeyAs(rowFields, read) })
  return test({ id: 1, payload: { ...now }, vectors: new Map() })
}

it("[QD3] a deletion on the condition of a version that was read finds it, whatever it is", () => {
  fc.assert(
    fc.property(anything, anything, anything, (...parts) => {
      const read = payloadOf(...parts)
      expect(holds(read, read)).toBe(true)
    })
  )
})

it("[QD3] a deletion on the condition of a version that was read finds none that a writer has put there since", () => {
  const key: fc.Arbitrary<OrderKey> = fc.record({ generation: written, projection: written, height: written })
  fc.assert(
    fc.property(anything, anything, anything, key, (generation, projection, height, now) => {
      fc.pre(generation !== now.generation || projection !== now.projection || height !== now.height)
      const read = payloadOf(generation, projection, height)
      expect(holds(read, payloadOf(now.generation, now.projection, now.height))).toBe(false)
    })
  )
})
