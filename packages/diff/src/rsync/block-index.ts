import { HEAD_SPAN } from "./block-size.ts"
import type { KeyedHash } from "./keyed-hash.ts"
import type { SignatureHeader } from "./signature-format.ts"

/** Sums of all blocks, as a signature lists them. */
export interface BlockSums {
  readonly header: SignatureHeader
  readonly blocks: number
  /** Bytes of the last block: 0 if there is none, else up to `blockBytes`. */
  readonly lastBytes: number
  /** At least `blocks` entries. */
  readonly weak: Uint32Array
  /** At least `blocks · strongBytes` bytes. */
  readonly strong: Uint8Array
}

// Steps in the table at most. Honest sums need a few at half load; made-up ones must not make every place expensive.
const MAX_PROBES = 16

// Fibonacci hashing: spreads sums over the upper bits of the product.
const SPREAD = 0x9e3779b1

/** Finds the block that some bytes are. Only blocks of full size are in the table: a short one ends the content. */
export class BlockIndex {
  readonly sums: BlockSums
  /** One bit for each value of the upper bits of a weak sum: 0 says that no block has such a sum. */
  readonly filter: Uint32Array
  /** A sum shifted right by so much is the number of its bit. */
  readonly filterShift: number
  readonly #slots: Int32Array
  readonly #slotShift: number

  constructor(sums: BlockSums) {
    this.sums = sums
    const digits = 32 - Math.clz32(Math.max(1, sums.blocks - 1))
    // At most one bit in 32 is set, as leaving the loop costs as much as some thirty steps of it; 2^18 bits fit the nearest
    // cache, so fewer would save nothing.
    const filterDigits = Math.max(18, digits + 5)
    this.filterShift = 32 - filterDigits
    this.filter = new Uint32Array(1 << (filterDigits - 5))
    // Half full at most.
    this.#slots = new Int32Array(2 << digits)
    this.#slotShift = 32 - (digits + 1)
    for (let block = 0; this.isFullBlock(block); block++) this.#insert(block)
  }

  /** Whether there is such a block, and it is no shorter than the others. */
  isFullBlock(block: number): boolean {
    const { blocks, lastBytes, header } = this.sums
    return block >= 0 && block < blocks - (lastBytes < header.blockBytes ? 1 : 0)
  }

  /** Whether `find` would find anything to compare with: whether a block with this weak sum is in the table. */
  has(weak: number): boolean {
    const mask = this.#slots.length - 1
    let slot = Math.imul(weak, SPREAD) >>> this.#slotShift
    for (let probes = 0; probes < MAX_PROBES; probes++, slot = (slot + 1) & mask) {
      const block = (this.#slots[slot] as number) - 1
      if (block < 0) return false
      if (this.sums.weak[block] === weak) return true
    }
    return false
  }

  /** The first block with this weak sum and this content, or -1. */
  find(weak: number, content: BlockContent): number {
    const mask = this.#slots.length - 1
    let slot = Math.imul(weak, SPREAD) >>> this.#slotShift
    for (let probes = 0; probes < MAX_PROBES; probes++, slot = (slot + 1) & mask) {
      const block = (this.#slots[slot] as number) - 1
      if (block < 0) return -1
      if (this.sums.weak[block] === weak && this.isBlock(block, content)) return block
    }
    return -1
  }

  /** Whether the strong sum of a block is that of some content. Hashes no more than needed to tell. */
  isBlock(block: number, content: BlockContent): boolean {
    const { strongBytes, headBytes } = this.sums.header
    const at = block * strongBytes
    if (headBytes > 0 && !this.#agrees(content.head(), at, headBytes)) return false
    return this.#agrees(content.digest(), at + headBytes, strongBytes - headBytes)
  }

  #agrees(digest: Uint8Array, at: number, length: number): boolean {
    for (let i = 0; i < length; i++) if (digest[i] !== this.sums.strong[at + i]) return false
    return true
  }

  #insert(block: number): void {
    const weak = this.sums.weak[block] as number
    const mask = this.#slots.length - 1
    let slot = Math.imul(weak, SPREAD) >>> this.#slotShift
    for (let probes = 0; probes < MAX_PROBES; probes++, slot = (slot + 1) & mask) {
      const other = (this.#slots[slot] as number) - 1
      if (other >= 0 && !this.#isTwin(block, other)) continue
      // Of blocks with equal content, the first stands for all.
      if (other < 0) this.#slots[slot] = block + 1
      const bit = weak >>> this.filterShift
      this.filter[bit >>> 5] = (this.filter[bit >>> 5] as number) | (1 << (bit & 31))
      return
    }
    // Left out: found only where it follows the block before it.
  }

  #isTwin(block: number, other: number): boolean {
    const { weak, strong, header } = this.sums
    if (weak[block] !== weak[other]) return false
    const [a, b] = [block * header.strongBytes, other * header.strongBytes]
    for (let i = 0; i < header.strongBytes; i++) if (strong[a + i] !== strong[b + i]) return false
    return true
  }
}

/** Bytes that may be a block, hashed only on demand and only once. */
export class BlockContent {
  readonly #hash: Pick<KeyedHash, "digest">
  #bytes: Uint8Array = new Uint8Array(0)
  #head: Uint8Array | undefined
  #digest: Uint8Array | undefined
  /** Bytes hashed so far, by all contents. */
  hashedBytes = 0

  constructor(hash: Pick<KeyedHash, "digest">) {
    this.#hash = hash
  }

  /** From now on about these bytes, which must stay until the next call. */
  set(bytes: Uint8Array): void {
    this.#bytes = bytes
    this.#head = undefined
    this.#digest = undefined
  }

  head(): Uint8Array {
    if (this.#head === undefined) {
      const head = this.#bytes.subarray(0, HEAD_SPAN)
      this.hashedBytes += head.length
      this.#head = this.#hash.digest(head)
    }
    return this.#head
  }

  digest(): Uint8Array {
    if (this.#digest === undefined) {
      this.hashedBytes += this.#bytes.length
      this.#digest = this.#hash.digest(this.#bytes)
    }
    return this.#digest
  }
}
