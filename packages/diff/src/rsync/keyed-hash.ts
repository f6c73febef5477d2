import { createBLAKE3, type IHasher } from "hash-wasm"
import { isBytes } from "../argument/is-bytes.ts"
import { diffError } from "../error/diff-error.ts"

/** Bytes of a key. */
export const KEY_BYTES = 32

/** Bytes of a digest. */
export const DIGEST_BYTES = 32

/** BLAKE3 under a key, reused from one content to the next. */
export class KeyedHash {
  readonly #hasher: IHasher

  private constructor(hasher: IHasher) {
    this.#hasher = hasher
  }

  /** Instances are made asynchronously, since WebAssembly is; they work synchronously. */
  static async create(key: Uint8Array): Promise<KeyedHash> {
    return new KeyedHash(await createBLAKE3(8 * DIGEST_BYTES, key))
  }

  /** Digest of all at once; drops what was collected by `update`. */
  digest(bytes: Uint8Array): Uint8Array {
    return this.#hasher.init().update(bytes).digest("binary")
  }

  /** Collects. */
  update(bytes: Uint8Array): void {
    this.#hasher.update(bytes)
  }

  /** Digest of what was collected, and begins anew. */
  finish(): Uint8Array {
    const digest = this.#hasher.digest("binary")
    this.#hasher.init()
    return digest
  }
}

/** A copy of a caller's key, or the key of zeros. Throws `rsync-option-invalid` for other lengths. */
export function checkedKey(key: Uint8Array | undefined): Uint8Array {
  if (key === undefined) return new Uint8Array(KEY_BYTES)
  // Of a text, the letters would all become zeros.
  if (isBytes(key) && key.length === KEY_BYTES) return Uint8Array.from(key)
  throw diffError("rsync-option-invalid", `a key is ${KEY_BYTES} bytes and no text`)
}
