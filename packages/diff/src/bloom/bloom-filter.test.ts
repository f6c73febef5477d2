import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { BloomFilter } from "./bloom-filter.ts"
import { bloomSize } from "./bloom-size.ts"

const KEY = Uint8Array.from({ length: 16 }, (_, i) => 3 * i)
const SIZE = { capacity: 100, rate: 0.01 }

function itemAt(n: number): Uint8Array {
  return new TextEncoder().encode(`item ${n}`)
}

function filled(capacity: number, rate: number): BloomFilter {
  const filter = new BloomFilter(KEY, { capacity, rate })
  for (let n = 0; n < capacity; n++) filter.add(itemAt(n))
  return filter
}

function codeOf(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : error
  }
  return "nothing thrown"
}

test.each([
  [10_000, 0.1],
  [10_000, 0.01],
  [2000, 0.05]
])("[BF2] a filter of %i items has the rate %d it was made for", (capacity, rate) => {
  const filter = filled(capacity, rate)
  const asked = 4000 / rate
  let hits = 0
  for (let n = 0; n < asked; n++) if (filter.has(itemAt(-1 - n))) hits++
  // Four thousand hits are expected; their own scatter is 1.6 %.
  expect(hits / asked / rate).toBeGreaterThan(0.9)
  expect(hits / asked / rate).toBeLessThan(1.1)
})

test("[BF2] the sizes are those of theory", () => {
  const { bits, hashes } = bloomSize(1_000_000, 0.01)
  expect(hashes).toBe(7)
  expect(bits / 1_000_000).toBeCloseTo(9.593, 2)
})

test("[BF6] tells its rate and how many were added", () => {
  const filter = filled(5000, 0.01)
  for (let n = 0; n < 100; n++) filter.add(itemAt(n))
  expect(filter.estimatedSize() / 5000).toBeCloseTo(1, 1)
  expect(filter.currentRate() / 0.01).toBeCloseTo(1, 0)
  expect(new BloomFilter(KEY, SIZE).estimatedSize()).toBeCloseTo(0)
})

test("[BF3] merges only what has the same bits, hashes and key", () => {
  const filter = new BloomFilter(KEY, SIZE)
  const others = [
    new BloomFilter(KEY, { ...SIZE, capacity: 101 }),
    new BloomFilter(KEY, { bits: filter.bits, hashes: filter.hashes + 1 }),
    new BloomFilter(new Uint8Array(16), SIZE)
  ]
  for (const other of others) expect(codeOf(() => filter.merge(other))).toBe("bloom-mismatch")
})

test("[BF4] refuses other keys, too many bytes, other lengths and stray bits", () => {
  const filter = new BloomFilter(KEY, { bits: 21, hashes: 2 })
  const bytes = filter.encode()
  expect(codeOf(() => BloomFilter.decode(new Uint8Array(16), bytes))).toBe("bloom-mismatch")
  expect(codeOf(() => BloomFilter.decode(KEY, bytes, { maxBytes: bytes.length - 1 }))).toBe("bloom-limit")
  expect(codeOf(() => BloomFilter.decode(KEY, bytes.subarray(0, -1)))).toBe("bloom-invalid")
  expect(codeOf(() => BloomFilter.decode(KEY, Uint8Array.of(...bytes, 0)))).toBe("bloom-invalid")
  expect(codeOf(() => BloomFilter.decode(KEY, bytes.with(bytes.length - 1, 32)))).toBe("bloom-invalid")
  expect(codeOf(() => BloomFilter.decode(KEY, bytes.with(bytes.length - 1, 16)))).toBe("nothing thrown")
  expect(codeOf(() => BloomFilter.decode(KEY, bytes.with(0, 1)))).toBe("bloom-invalid")
  expect(codeOf(() => BloomFilter.decode(KEY, bytes.with(3, 61)))).toBe("bloom-invalid")
})

test("[BF4] more bits than a filter can have are invalid however high the limit, before memory is set aside", () => {
  // The pages of an array of zeros are not there until somebody writes.
  const bytes = new Uint8Array(2 ** 29 + 10)
  bytes.set(new BloomFilter(KEY, { bits: 21, hashes: 2 }).encode().subarray(0, 4))
  bytes.set([0x88, 0x80, 0x80, 0x80, 0x10], 4)
  const decode = () => BloomFilter.decode(KEY, bytes, { maxBytes: 2 ** 30 })
  const message = expect.stringContaining("4294967304 bits")
  expect(decode).toThrow(expect.objectContaining({ code: "bloom-invalid", message }))
})

test("[BF4] a limit that is there and undefined is the default, one that is no number is refused", () => {
  const bytes = new BloomFilter(KEY, SIZE).encode()
  const decode = (maxBytes: unknown) => () =>
    BloomFilter.decode(KEY, bytes, { maxBytes } as { maxBytes: number })
  expect(codeOf(decode(undefined))).toBe("nothing thrown")
  for (const limit of [Number.NaN, "1000"]) expect(codeOf(decode(limit))).toBe("argument-invalid")
  expect(codeOf(() => BloomFilter.decode(KEY, bytes, null as never))).toBe("argument-invalid")
  const long = new Uint8Array(2 ** 24 + 1)
  expect(codeOf(() => BloomFilter.decode(KEY, long, { maxBytes: undefined } as object))).toBe("bloom-limit")
})

test.each([
  ["capacity", { capacity: 0, rate: 0.1 }],
  ["rate of 0", { capacity: 1, rate: 0 }],
  ["rate of 1", { capacity: 1, rate: 1 }],
  ["size beyond 2³²", { capacity: 2 ** 40, rate: 0.1 }],
  ["number of bits", { bits: 0, hashes: 1 }],
  ["number of hashes", { bits: 8, hashes: 61 }]
])("[BF5] refuses a wrong %s", (_, options) => {
  expect(codeOf(() => new BloomFilter(KEY, options))).toBe("bloom-options-invalid")
})

test.each([undefined, null, 5, "rate"])("[BF5] refuses %o as options", options => {
  expect(codeOf(() => new BloomFilter(KEY, options as never))).toBe("bloom-options-invalid")
})

test.each([undefined, null, "bytes", [16]])("[BF4] takes %o for no filter", bytes => {
  expect(codeOf(() => BloomFilter.decode(KEY, bytes as never))).toBe("bloom-invalid")
})

test.each([["item"], [[1, 2]], [undefined]])("[BF1] refuses an item that is no bytes: %o", given => {
  const item = given as unknown as Uint8Array
  const filter = new BloomFilter(KEY, SIZE)
  expect(codeOf(() => filter.add(item))).toBe("argument-invalid")
  expect(codeOf(() => filter.has(item))).toBe("argument-invalid")
})

test("[BF5] refuses a key that is no bytes", () => {
  const text = "0123456789abcdef" as unknown as Uint8Array
  expect(codeOf(() => new BloomFilter(text, SIZE))).toBe("bloom-options-invalid")
})

test("[BF5] refuses a short key", () => {
  expect(codeOf(() => new BloomFilter(new Uint8Array(8), SIZE))).toBe("bloom-options-invalid")
})

interface Vector {
  readonly key: string
  readonly items: readonly string[]
  readonly bits: number
  readonly hashes: number
  readonly encoded: string
}

test("[BF1] [BF4] filters are those of the vectors", () => {
  const text = readFileSync(new URL("../../vectors/bloom.json", import.meta.url), "utf8")
  const { filters } = JSON.parse(text) as { filters: readonly Vector[] }
  for (const { key, items, bits, hashes, encoded } of filters) {
    const filter = new BloomFilter(Uint8Array.from(Buffer.from(key, "hex")), { bits, hashes })
    for (const item of items) filter.add(new TextEncoder().encode(item))
    expect(Buffer.from(filter.encode()).toString("hex")).toBe(encoded)
  }
  expect(filters.length).toBeGreaterThan(2)
})
