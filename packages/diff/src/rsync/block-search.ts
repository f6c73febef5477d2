import { BlockContent, type BlockIndex } from "./block-index.ts"
import type { DigestList } from "./digest-list.ts"
import { LITERAL_PIECE_BYTES } from "./delta-format.ts"
import type { DeltaWindow } from "./delta-window.ts"
import type { KeyedHash } from "./keyed-hash.ts"
import type { WeakSum } from "./weak-sum.ts"

// Bytes hashed in vain for each byte searched, beyond a few blocks. Honest signatures stay far below; one made to look
// like a match everywhere costs no more than this.
const VAIN_PER_BYTE = 4

/** What a search works with. */
export interface SearchParts {
  readonly index: BlockIndex
  readonly weakSum: WeakSum
  readonly hash: Pick<KeyedHash, "digest">
  /** Told the digest of every copied block, in order. */
  readonly copied: DigestList
  readonly window: DeltaWindow
}

/**
 * Finds blocks of the old version in new content that comes piece by piece, at any place of it. Feed it, call `advance`
 * until it wants more, feed again; after `close`, until it is done. Keeps two blocks and 256 KiB.
 */
export class BlockSearch {
  readonly #parts: SearchParts
  readonly #content: BlockContent
  readonly #blockBytes: number
  /** What a byte that leaves the block contributes to the weak sum of the next one. */
  readonly #leaving: number
  readonly #buffer: Uint8Array
  #end = 0
  /** Bytes before it are in the window already. */
  #literal = 0
  /** The next place to look at. */
  #place = 0
  /** If `#isRolling`: weak sum of the block at the place, which was looked at. */
  #weak = 0
  #isRolling = false
  /** Block that should come next, after a copy: -1 otherwise. */
  #expected = -1
  #isClosed = false
  /** After closing: whether the last block, when it is a short one, was looked for. */
  #tail: "unknown" | "found" | "absent" = "unknown"
  #searchedBytes = 0
  #vainBytes = 0

  constructor(parts: SearchParts) {
    const { blockBytes } = parts.index.sums.header
    this.#parts = parts
    this.#content = new BlockContent(parts.hash)
    this.#blockBytes = blockBytes
    this.#leaving = parts.weakSum.power(blockBytes)
    this.#buffer = new Uint8Array(2 * blockBytes + 4 * LITERAL_PIECE_BYTES)
  }

  /** Copies what there is room for of `piece`, from `from` on. Gives where to continue. */
  feed(piece: Uint8Array, from: number): number {
    if (this.#end === this.#buffer.length) this.#makeRoom()
    const taken = piece.subarray(from, from + this.#buffer.length - this.#end)
    this.#buffer.set(taken, this.#end)
    this.#end += taken.length
    return from + taken.length
  }

  /** No more will come. */
  close(): void {
    this.#isClosed = true
  }

  /** Searches. True if the window is full and must be taken; false if more is needed or, once closed, all is done. */
  advance(): boolean {
    while (!this.#parts.window.isFull) {
      const before = this.#end - this.#place
      if (before > this.#blockBytes || (this.#isClosed && before === this.#blockBytes)) this.#search()
      else if (!this.#isClosed || !this.#finish()) return false
    }
    return true
  }

  #makeRoom(): void {
    this.#buffer.copyWithin(0, this.#literal, this.#end)
    this.#end -= this.#literal
    this.#place -= this.#literal
    this.#literal = 0
  }

  /** Up to a match, or a piece of literals, or the end of what there is. */
  #search(): void {
    if (this.#isRolling && !this.#step()) return
    if (!this.#isRolling) {
      this.#weak = this.#parts.weakSum.of(this.#buffer, this.#place, this.#place + this.#blockBytes)
      this.#isRolling = true
      if (this.#matchExpected()) return
    }
    const last = Math.min(this.#end - this.#blockBytes, this.#literal + LITERAL_PIECE_BYTES)
    for (;;) {
      const from = this.#place
      this.#roll(last)
      this.#searchedBytes += this.#place - from
      if (this.#parts.index.has(this.#weak) && this.#match()) return
      if (this.#place === last) break
      this.#step()
    }
    // Nothing is done after this, nor after a match: whether the window is full must not depend on how the input was cut.
    if (this.#place - this.#literal === LITERAL_PIECE_BYTES) this.#flush(this.#place)
  }

  /** Rolls on to the next place that may have a match, or to `last`. The loop everything waits for. */
  #roll(last: number): void {
    const { filter, filterShift } = this.#parts.index
    const multiplier = this.#parts.weakSum.multiplier
    const blockBytes = this.#blockBytes
    const leaving = this.#leaving
    const buffer = this.#buffer
    let weak = this.#weak | 0
    let place = this.#place
    for (; place < last; place++) {
      const bit = weak >>> filterShift
      if ((((filter[bit >>> 5] as number) >>> (bit & 31)) & 1) === 1) break
      const change =
        ((buffer[place + blockBytes] as number) - Math.imul(buffer[place] as number, leaving)) | 0
      weak = (Math.imul(weak, multiplier) + change) | 0
    }
    this.#weak = weak >>> 0
    this.#place = place
  }

  /** Leaves a place that was looked at. False from the last one of all: what is left is shorter than a block. */
  #step(): boolean {
    const entering = this.#buffer[this.#place + this.#blockBytes] as number
    const leaving = Math.imul(this.#buffer[this.#place] as number, this.#leaving)
    const isLast = this.#place + this.#blockBytes === this.#end
    this.#weak = (Math.imul(this.#weak, this.#parts.weakSum.multiplier) + entering - leaving) >>> 0
    this.#place++
    this.#searchedBytes++
    return !isLast
  }

  /** Blocks mostly come in the order they had: the next one needs no lookup, and of twins it is the better one. */
  #matchExpected(): boolean {
    const block = this.#expected
    this.#expected = -1
    if (!this.#parts.index.isFullBlock(block) || this.#parts.index.sums.weak[block] !== this.#weak)
      return false
    this.#content.set(this.#buffer.subarray(this.#place, this.#place + this.#blockBytes))
    if (!this.#parts.index.isBlock(block, this.#content)) return false
    this.#copy(block, this.#blockBytes)
    return true
  }

  #match(): boolean {
    if (this.#vainBytes > VAIN_PER_BYTE * (this.#searchedBytes + 16 * this.#blockBytes)) return false
    const before = this.#content.hashedBytes
    this.#content.set(this.#buffer.subarray(this.#place, this.#place + this.#blockBytes))
    const block = this.#parts.index.find(this.#weak, this.#content)
    if (block < 0) {
      this.#vainBytes += this.#content.hashedBytes - before
      return false
    }
    this.#flush(this.#place)
    this.#copy(block, this.#blockBytes)
    return true
  }

  #copy(block: number, bytes: number): void {
    this.#parts.window.copy(block)
    this.#parts.copied.add(this.#content.digest())
    this.#place += bytes
    this.#literal = this.#place
    this.#searchedBytes += bytes
    this.#expected = block + 1
    this.#isRolling = false
  }

  #flush(to: number): void {
    this.#parts.window.literal(this.#buffer.subarray(this.#literal, to))
    this.#literal = to
  }

  /** Less than a block is left: it may end with the old version's last block. False when all is done. */
  #finish(): boolean {
    const { sums } = this.#parts.index
    if (this.#tail === "unknown") this.#tail = this.#endsWithTail() ? "found" : "absent"
    const to = this.#tail === "found" ? this.#end - sums.lastBytes : this.#end
    if (this.#literal < to) {
      this.#flush(Math.min(to, this.#literal + LITERAL_PIECE_BYTES))
      return true
    }
    if (this.#literal === this.#end) return false
    this.#place = to
    this.#copy(sums.blocks - 1, sums.lastBytes)
    return false
  }

  #endsWithTail(): boolean {
    const { blocks, lastBytes, header, weak } = this.#parts.index.sums
    const from = this.#end - lastBytes
    if (lastBytes === 0 || lastBytes === header.blockBytes || from < this.#literal) return false
    // A strong sum alone is too short to tell: its length counts on the weak one.
    if (weak[blocks - 1] !== this.#parts.weakSum.of(this.#buffer, from, this.#end)) return false
    this.#content.set(this.#buffer.subarray(from, this.#end))
    return this.#parts.index.isBlock(blocks - 1, this.#content)
  }
}
