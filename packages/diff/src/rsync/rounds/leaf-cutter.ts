import { type ChunkRule, chunkRule } from "../../chunks/chunker-options.ts"
import { findCut } from "../../chunks/find-cut.ts"
import type { ContentHasher } from "./content-hasher.ts"
import { leafOptions } from "./content-tree.ts"
import { damaged } from "./damaged.ts"

const rule: ChunkRule = chunkRule(leafOptions)

/** A leaf that was sent. */
export interface Leaf {
  readonly bytes: Uint8Array
  /** All of its digest. */
  readonly digest: number
}

/**
 * Cuts bytes of leaves that stand one behind the other. Their lengths need not travel: where a leaf ends depends on its bytes
 * alone.
 */
export class LeafCutter {
  readonly #bytes: Uint8Array
  readonly #hasher: ContentHasher
  #at = 0

  /** Leaves will be views of `bytes`. */
  constructor(bytes: Uint8Array, hasher: ContentHasher) {
    this.#bytes = bytes
    this.#hasher = hasher
  }

  /** The next leaf. Throws `rounds-damaged` if there is none. */
  next(): Leaf {
    const end = findCut(this.#bytes, this.#at, this.#bytes.length, rule)
    const bytes = this.#bytes.subarray(this.#at, end)
    if (bytes.length === 0) throw damaged("leaves are missing")
    this.#at = end
    return { bytes, digest: this.#hasher.leaf(bytes) }
  }

  /** Throws `rounds-damaged` if anything is left. */
  expectEnd(): void {
    const left = this.#bytes.length - this.#at
    if (left !== 0) throw damaged(`${left} bytes follow the last leaf`)
  }
}
