import { diffError } from "../error/diff-error.ts"
import { RADIX } from "./branch-arena.ts"
import { DIGEST_BYTES, type EntryArena } from "./entry-arena.ts"
import { MAX_BUCKET } from "./merkle-node.ts"
import type { Sha256 } from "./sha256.ts"

// What is hashed begins with its kind, so that no bucket can be presented as a branch or the other way round.
const EMPTY = 0
const BUCKET = 1
const BRANCH = 2

// So that what follows the kind begins at a whole word.
const BEFORE_KIND = 3

/** Hashes the three kinds of nodes. SPEC.md gives the bytes. */
export class NodeHasher {
  /** Hash of a node without entries. */
  readonly empty: Uint8Array
  readonly #sha256: Sha256
  readonly #recordBytes: number
  readonly #words: Int32Array
  readonly #scratch: Uint8Array

  constructor(sha256: Sha256, recordBytes: number) {
    this.#sha256 = sha256
    this.#recordBytes = recordBytes
    const most = Math.max(MAX_BUCKET * recordBytes, RADIX * DIGEST_BYTES)
    this.#words = new Int32Array(1 + Math.ceil(most / 4))
    this.#scratch = new Uint8Array(this.#words.buffer, BEFORE_KIND)
    this.#scratch[0] = EMPTY
    // Not slice(), which in a Node Buffer is no copy.
    this.empty = new Uint8Array(this.#hash(1))
    if (this.empty.length !== DIGEST_BYTES) {
      throw diffError(
        "merkle-key-invalid",
        `the hash function returned ${this.empty.length} bytes instead of 32`
      )
    }
  }

  /** Hash of a bucket of 1 to 16 records `key, digest`, ascending by key. A view that the next call may change. */
  bucket(records: Iterable<Uint8Array>): Uint8Array {
    let length = 1
    for (const record of records) {
      this.#scratch.set(record, length)
      length += this.#recordBytes
    }
    if (length === 1) return this.empty
    this.#scratch[0] = BUCKET
    return this.#hash(length)
  }

  /** Hash of the bucket which begins with `first`, 0 for none. A view that the next call may change. */
  chain(entries: EntryArena, first: number): Uint8Array {
    if (first === 0) return this.empty
    let length = 1
    for (let entry = first; entry > 0; entry = entries.next(entry)) {
      if (this.#recordBytes % 4 === 0) entries.copyWords(entry, this.#words, (length + BEFORE_KIND) >> 2)
      else this.#scratch.set(entries.record(entry), length)
      length += this.#recordBytes
    }
    this.#scratch[0] = BUCKET
    return this.#hash(length)
  }

  /** Hash of a branch from the hashes of its 16 children. A view that the next call may change. */
  branch(hashes: Uint8Array): Uint8Array {
    this.#scratch[0] = BRANCH
    this.#scratch.set(hashes, 1)
    return this.#hash(1 + hashes.length)
  }

  #hash(length: number): Uint8Array {
    return this.#sha256(this.#scratch.subarray(0, length))
  }
}
