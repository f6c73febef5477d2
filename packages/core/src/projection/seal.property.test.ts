import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { recordText, type SealedRecord, Sealer } from "./seal.ts"

const cell = fc.oneof(
  fc.constant(null),
  fc.integer(),
  fc.double({ noNaN: true }),
  fc.string(),
  fc.uint8Array({ maxLength: 9 })
)
const row = fc.record({
  table: fc.constantFrom("a", "ab"),
  ordinal: fc.nat(3),
  values: fc.array(cell, { maxLength: 3 })
})
const record: fc.Arbitrary<SealedRecord> = fc.record({
  id: fc.constantFrom("n/1", "n/11"),
  key: fc.record({ generation: fc.nat(12), projection: fc.nat(12), height: fc.nat(12) }),
  digest: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  deleted: fc.boolean(),
  rows: fc.array(row, { maxLength: 4 })
})

describe("Sealer", () => {
  it("[PJ6] different records have different texts, equal ones the same", () => {
    fc.assert(
      fc.property(record, record, (a, b) => {
        // -0 and 0 are one cell: no table keeps the difference.
        const plain = (value: SealedRecord): string => JSON.stringify(value)
        expect(recordText(a) === recordText(b)).toBe(plain(a) === plain(b))
      })
    )
  })

  it("[PJ6] a seal depends on the key, the text and its length, whatever was sealed before", () => {
    const [one, two] = [new Sealer(new Uint8Array(32).fill(1)), new Sealer(new Uint8Array(32).fill(2))]
    const long = one.hash("x".repeat(10_000))
    expect(one.hash("a")).toEqual(new Sealer(new Uint8Array(32).fill(1)).hash("a"))
    expect(one.hash("a")).not.toEqual(two.hash("a"))
    expect(one.hash("a\u0000")).not.toEqual(one.hash("a"))
    expect(one.hash("x".repeat(10_000))).toEqual(long)
  })
})
