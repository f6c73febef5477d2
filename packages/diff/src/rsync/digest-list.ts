import { DIGEST_BYTES, type KeyedHash } from "./keyed-hash.ts"

// Calls into WebAssembly cost as much as hashing some hundred bytes, so digests go there a hundred at a time.
const BATCH_BYTES = 128 * DIGEST_BYTES

/** A digest over a list of digests, without keeping them. */
export class DigestList {
  readonly #hash: KeyedHash
  readonly #batch = new Uint8Array(BATCH_BYTES)
  #filled = 0

  /** `hash` is the list's own from now on. */
  constructor(hash: KeyedHash) {
    this.#hash = hash
  }

  add(digest: Uint8Array): void {
    const batch = this.#batch
    const at = this.#filled
    // For so few bytes a loop is faster than set().
    for (let i = 0; i < DIGEST_BYTES; i++) batch[at + i] = digest[i] as number
    this.#filled += DIGEST_BYTES
    if (this.#filled === BATCH_BYTES) this.#flush()
  }

  /** Digest of all of them, one after the other. */
  finish(): Uint8Array {
    this.#flush()
    return this.#hash.finish()
  }

  #flush(): void {
    this.#hash.update(this.#batch.subarray(0, this.#filled))
    this.#filled = 0
  }
}
