import { BloomFilter } from "@syncline/diff/bloom"
import { type Bench, type BenchContext, pair } from "../harness/bench.ts"

const KEY = Uint8Array.from({ length: 16 }, (_, i) => 5 * i)
const ITEM_BYTES = 16
// The least bits a filter of any kind takes for an item at a rate p are log2(1/p); a Bloom filter's are 1.44 times that.
const leastBits = (rate: number): number => -Math.log2(rate)
const HITS_EXPECTED = 2000
const WITHIN = 0.1

const row = { bench: "diff/bloom", better: "lower", target: "", met: null } as const

function itemAt(n: number): Uint8Array {
  const item = new Uint8Array(ITEM_BYTES)
  new DataView(item.buffer).setUint32(4, n)
  return item
}

/** The share of items never added that are taken for added. */
function measuredRate(capacity: number, rate: number, quick: boolean): { rate: number; bitsEach: number } {
  const expected = quick ? HITS_EXPECTED / 4 : HITS_EXPECTED
  // Small filters scatter: many of them, each under a key of its own.
  const filters = Math.ceil(100_000 / capacity / (quick ? 10 : 1))
  const asked = Math.ceil(expected / rate / filters)
  let [hits, bits] = [0, 0]
  for (let seed = 0; seed < filters; seed++) {
    const key = Uint8Array.from(KEY, (byte, i) => (i < 4 ? (seed >> (8 * i)) & 255 : byte))
    const filter = new BloomFilter(key, { capacity, rate })
    for (let n = 0; n < capacity; n++) filter.add(itemAt(n))
    for (let n = 0; n < asked; n++) if (filter.has(itemAt(2 ** 31 + n))) hits++
    bits = filter.bits
  }
  return { rate: hits / (asked * filters), bitsEach: bits / capacity }
}

function reportRate(context: BenchContext, capacity: number, rate: number): void {
  const measured = measuredRate(capacity, rate, context.quick)
  const ratio = measured.rate / rate
  const input = `${capacity} items at ${rate}`
  context.report({
    ...row,
    input,
    metric: "share of others taken for added",
    unit: "",
    ours: measured.rate,
    peer: rate,
    peerName: "the rate stated",
    ratio,
    target: "within 10 %",
    met: Math.abs(ratio - 1) <= WITHIN
  })
  const least = leastBits(rate)
  context.report({
    ...row,
    input,
    metric: "size",
    unit: "bits/item",
    ours: measured.bitsEach,
    peer: least,
    peerName: "log2(1/rate), the least for any filter",
    ratio: measured.bitsEach / least
  })
}

/** Asking and adding, beside reading as many bits at random places, and beside a Set that is exact. */
function reportSpeed(context: BenchContext, capacity: number): void {
  const filter = new BloomFilter(KEY, { capacity, rate: 0.01 })
  const items = Array.from({ length: 1000 }, (_, n) => itemAt(n * 7919))
  const texts = items.map(item => Buffer.from(item).toString("latin1"))
  const exact = new Set<string>()
  for (let n = 0; n < capacity; n++) {
    filter.add(itemAt(n))
    exact.add(Buffer.from(itemAt(n)).toString("latin1"))
  }
  const bytes = new Uint8Array(filter.byteLength)
  const probe = (): number => {
    let [sum, at] = [0, 1]
    for (let left = items.length * filter.hashes; left > 0; left--) {
      at = (Math.imul(at, 0x915f77f5) + 0x9e3779b9) >>> 0
      sum += bytes[at % bytes.length] ?? 0
    }
    return sum
  }
  const ask = (): number => items.reduce((count, item) => count + (filter.has(item) ? 1 : 0), 0)
  const add = (): void => {
    for (const item of items) filter.add(item)
  }
  const askExact = (): number => texts.reduce((count, text) => count + (exact.has(text) ? 1 : 0), 0)
  const report = (metric: string, ours: () => unknown, peer: () => unknown, peerName: string): void => {
    const speed = pair(ours, peer, { minTimeMs: context.quick ? 10 : 300 })
    const [our, their] = [1e6 / speed.ours / items.length, 1e6 / speed.peer / items.length]
    const input = `${capacity} items at 0.01`
    context.report({
      ...row,
      input,
      metric,
      unit: "µs",
      ours: our,
      peer: their,
      peerName,
      ratio: 1 / speed.ratio
    })
  }
  report("asking", ask, probe, "reading 7 bytes at random")
  report("asking", ask, askExact, "a Set of strings, exact")
  report("adding again", add, probe, "reading 7 bytes at random")
}

function run(context: BenchContext): void {
  const capacities = context.quick ? [1000] : [100, 1000, 10_000, 100_000, 1_000_000]
  const rates = context.quick ? [0.01] : [0.1, 0.01, 0.001]
  for (const capacity of capacities) for (const rate of rates) reportRate(context, capacity, rate)
  for (const capacity of context.quick ? [10_000] : [10_000, 1_000_000]) reportSpeed(context, capacity)
}

/** Bloom filters: whether the rate is the one stated, what they take, how fast they are. */
export const benches: readonly Bench[] = [{ name: "diff/bloom", run }]
