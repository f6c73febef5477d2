import type { DigestList } from "./digest-list.ts"
import type { KeyedHash } from "./keyed-hash.ts"
import type { RandomAccess } from "../stream/random-access.ts"

// Several small blocks are read at once: a read may be a system call.
const READ_BYTES = 1 << 18

/** The old version in blocks, each hashed as it is copied. */
export class OldBlocks {
  /** How many there are. */
  readonly count: number
  readonly #old: RandomAccess
  readonly #blockBytes: number
  readonly #hash: KeyedHash
  readonly #copied: DigestList

  constructor(old: RandomAccess, blockBytes: number, hash: KeyedHash, copied: DigestList) {
    this.#old = old
    this.#blockBytes = blockBytes
    this.#hash = hash
    this.#copied = copied
    this.count = Math.ceil(old.length / blockBytes)
  }

  /** Bytes of some blocks, in pieces to be used before the next is asked for. */
  async *copy(block: number, blocks: number): AsyncGenerator<Uint8Array, void, undefined> {
    const size = this.#blockBytes
    const end = Math.min((block + blocks) * size, this.#old.length)
    const step = size * Math.max(1, Math.floor(READ_BYTES / size))
    for (let at = block * size; at < end; at += step) {
      const length = Math.min(step, end - at)
      const bytes = await this.#old.read(at, length)
      for (let from = 0; from < length; from += size)
        this.#copied.add(this.#hash.digest(bytes.subarray(from, from + size)))
      yield bytes
    }
  }

  /** Digest over the digests of everything copied. */
  finish(): Uint8Array {
    return this.#copied.finish()
  }
}
