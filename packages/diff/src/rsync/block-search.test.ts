import { describe, expect, it } from "vitest"
import { BlockContent, BlockIndex, type BlockSums } from "./block-index.ts"
import { BlockSearch } from "./block-search.ts"
import { DeltaWindow } from "./delta-window.ts"
import { DigestList } from "./digest-list.ts"
import { KeyedHash } from "./keyed-hash.ts"
import { WeakSum } from "./weak-sum.ts"

const BLOCK_BYTES = 1024
const header = {
  key: new Uint8Array(32),
  accept: [],
  blockBytes: BLOCK_BYTES,
  strongBytes: 2,
  headBytes: 0
}

/** Sums of blocks that all have one weak sum, and strong sums 0, 1, 2 … */
function sameWeak(weak: number, blocks: number): BlockSums {
  const strong = Uint8Array.from({ length: 2 * blocks }, (_, i) => (i % 2 === 0 ? i >> 9 : (i >> 1) & 255))
  return { header, blocks, lastBytes: BLOCK_BYTES, weak: new Uint32Array(blocks).fill(weak), strong }
}

/** Hashes nothing; counts what it is asked to hash. */
class Counter {
  bytes = 0

  digest(bytes: Uint8Array): Uint8Array {
    this.bytes += bytes.length
    return new Uint8Array(32).fill(255)
  }
}

describe("BlockSearch", () => {
  it("[RS11] hashes no more than its share in vain", async () => {
    const weakSum = new WeakSum(await KeyedHash.create(header.key))
    const next = new Uint8Array(200_000)
    const index = new BlockIndex(sameWeak(weakSum.of(next, 0, BLOCK_BYTES), 1))
    const [hash, window] = [new Counter(), new DeltaWindow()]
    const copied = new DigestList(await KeyedHash.create(header.key))
    const search = new BlockSearch({ index, weakSum, hash, copied, window })
    for (let at = 0; at < next.length; ) {
      at = search.feed(next, at)
      search.advance()
    }
    expect(hash.bytes).toBeGreaterThan(64 * BLOCK_BYTES)
    expect(hash.bytes).toBeLessThanOrEqual(4 * next.length + 65 * BLOCK_BYTES)
  })
})

describe("BlockIndex", () => {
  it("[RS11] looks at sixteen blocks with one weak sum, no more", () => {
    const index = new BlockIndex(sameWeak(7, 1000))
    const found = [0, 15, 16, 999].map(block => {
      const content = new BlockContent({ digest: () => Uint8Array.of(block >> 8, block & 255) })
      return index.find(7, content)
    })
    expect(found).toEqual([0, 15, -1, -1])
  })
})
