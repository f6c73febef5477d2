import { isSynclineError } from "@syncline/clock"
import fc from "fast-check"
import { expect, test } from "vitest"
import { BloomFilter } from "./bloom-filter.ts"

const KEY = Uint8Array.from({ length: 16 }, (_, i) => 3 * i)
const items = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 60 })
const options = fc.record({
  capacity: fc.integer({ min: 1, max: 60 }),
  rate: fc.double({ min: 1e-9, max: 0.9, noNaN: true })
})

function filterOf(added: readonly Uint8Array[], size: { capacity: number; rate: number }): BloomFilter {
  const filter = new BloomFilter(KEY, size)
  for (const item of added) filter.add(item)
  return filter
}

/** What a filter of these bytes encodes to, if they are one. */
function encodedAgain(bytes: Uint8Array): Uint8Array | "refused" {
  try {
    return BloomFilter.decode(KEY, bytes).encode()
  } catch (error) {
    if (isSynclineError(error)) return "refused"
    throw error
  }
}

test("[BF1] what was added is taken for added, however full the filter", () => {
  fc.assert(
    fc.property(items, options, (added, size) => {
      const filter = filterOf(added, size)
      for (const item of added) expect([filter.has(item), filter.add(item)]).toEqual([true, false])
    })
  )
})

test("[BF3] merging makes the filter of all items", () => {
  fc.assert(
    fc.property(items, items, options, (left, right, size) => {
      const merged = filterOf(left, size)
      const other = filterOf(right, size)
      merged.merge(other)
      expect(merged.encode()).toEqual(filterOf([...left, ...right], size).encode())
      expect(other.encode()).toEqual(filterOf(right, size).encode())
    })
  )
})

test("[BF4] decoding gives back what was encoded", () => {
  fc.assert(
    fc.property(items, options, (added, size) => {
      const filter = filterOf(added, size)
      const bytes = filter.encode()
      const decoded = BloomFilter.decode(KEY, bytes)
      expect([decoded.bits, decoded.hashes, decoded.encode()]).toEqual([filter.bits, filter.hashes, bytes])
      for (const item of added) expect(decoded.has(item)).toBe(true)
    })
  )
})

test("[BF4] bytes that decode are those that would have been encoded", () => {
  const valid = filterOf([KEY], { capacity: 3, rate: 0.1 }).encode()
  fc.assert(
    fc.property(fc.nat(), fc.nat(255), fc.nat(valid.length), (at, byte, length) => {
      const bytes = valid.slice(0, length)
      bytes[at % valid.length] = byte
      expect([bytes, "refused"]).toContainEqual(encodedAgain(bytes))
    })
  )
})
