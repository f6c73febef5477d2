import { createBLAKE3, type IHasher } from "hash-wasm"

/** Bits of a node's digest: what a JavaScript number holds exactly. */
export const DIGEST_BITS = 53
/** Bytes a digest takes in what the node above is hashed from. */
const DIGEST_BYTES = 7
/** Bytes of the hash that decides whether contents are equal. */
export const WHOLE_HASH_BYTES = 16
/** Bytes of the key a transfer is hashed with. */
export const KEY_BYTES = 16

/** Hashes with the key of one transfer, so that nobody can prepare content whose short digests collide. */
export class ContentHasher {
  readonly #hasher: IHasher

  private constructor(hasher: IHasher) {
    this.#hasher = hasher
  }

  /** BLAKE3 keyed with BLAKE3 of these {@link KEY_BYTES} bytes. */
  static async create(key: Uint8Array): Promise<ContentHasher> {
    const expanded = (await createBLAKE3()).init().update(key).digest("binary")
    return new ContentHasher(await createBLAKE3(256, expanded))
  }

  /** The digest of a leaf: the first 53 bits of the hash of its bytes. */
  leaf(bytes: Uint8Array): number {
    return first53Bits(this.#hash(bytes))
  }

  /** The digest of a node from those of its children, in order. */
  node(children: readonly number[]): number {
    const bytes = new Uint8Array(children.length * DIGEST_BYTES)
    let at = 0
    for (const digest of children) {
      const high = Math.floor(digest / 2 ** 32)
      const low = digest >>> 0
      bytes[at++] = high >>> 16
      bytes[at++] = high >>> 8
      bytes[at++] = high
      bytes[at++] = low >>> 24
      bytes[at++] = low >>> 16
      bytes[at++] = low >>> 8
      bytes[at++] = low
    }
    return first53Bits(this.#hash(bytes))
  }

  /** The hash of a whole content. */
  whole(bytes: Uint8Array): Uint8Array {
    return this.#hash(bytes).slice(0, WHOLE_HASH_BYTES)
  }

  #hash(bytes: Uint8Array): Uint8Array {
    return this.#hasher.init().update(bytes).digest("binary")
  }
}

function first53Bits(hash: Uint8Array): number {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0] = hash
  const high = (a << 16) | (b << 8) | c
  const middle = (d << 16) | (e << 8) | f
  return high * 2 ** 29 + middle * 2 ** 5 + (g >>> 3)
}
