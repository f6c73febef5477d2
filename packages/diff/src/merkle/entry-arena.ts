import { grownBytes, grownInts } from "./growing.ts"
import type { MerkleEntry } from "./merkle-node.ts"

/** Bytes of a digest, and of every hash in a tree. */
export const DIGEST_BYTES = 32

/**
 * All entries of a tree in two flat arrays: a record `key, digest` and a link per entry, `keyBytes + 36` bytes in all.
 *
 * Entries are named by positive numbers; 0 is none. Links chain the entries of one bucket in the order of their keys.
 */
export class EntryArena {
  readonly #keyBytes: number
  readonly #recordBytes: number
  #records = new Uint8Array(0)
  #words = new Int32Array(0)
  #links = new Int32Array(0)
  #used = 0
  #free = 0

  constructor(keyBytes: number) {
    this.#keyBytes = keyBytes
    this.#recordBytes = keyBytes + DIGEST_BYTES
  }

  /** Bytes held, spare room included. */
  get byteLength(): number {
    return this.#records.byteLength + this.#links.byteLength
  }

  /** Bytes of a record. */
  get recordBytes(): number {
    return this.#recordBytes
  }

  /** Stores copies of both under a new number, linked to nothing. */
  add(key: Uint8Array, digest: Uint8Array): number {
    const entry = this.#free === 0 ? ++this.#used : this.#free
    if (entry === this.#free) this.#free = this.next(entry)
    this.#reserve((this.#used + 1) * this.#recordBytes)
    this.#links = grownInts(this.#links, this.#used + 1)
    this.#records.set(key, entry * this.#recordBytes)
    this.setDigest(entry, digest)
    this.link(entry, 0)
    return entry
  }

  /** Gives the entry's number back. */
  remove(entry: number): void {
    this.link(entry, this.#free)
    this.#free = entry
  }

  /** The entry after this one in its bucket. */
  next(entry: number): number {
    return this.#links[entry] ?? 0
  }

  /** Makes `next` follow `entry`. */
  link(entry: number, next: number): void {
    this.#links[entry] = next
  }

  /** Key and digest, one after the other; a view that lasts until the next {@link add}. */
  record(entry: number): Uint8Array {
    const start = entry * this.#recordBytes
    return this.#records.subarray(start, start + this.#recordBytes)
  }

  /**
   * Copies key and digest into `target` from word `at` on, for records of whole words: a third of the time that a view of the
   * record and a copy of it take.
   */
  copyWords(entry: number, target: Int32Array, at: number): void {
    const words = this.#words
    const length = this.#recordBytes >> 2
    const start = entry * length
    for (let i = 0; i < length; i++) target[at + i] = words[start + i] ?? 0
  }

  /** A copy of the entry. */
  entry(entry: number): MerkleEntry {
    const record = this.record(entry)
    return { key: record.slice(0, this.#keyBytes), digest: record.slice(this.#keyBytes) }
  }

  /** Replaces the digest. */
  setDigest(entry: number, digest: Uint8Array): void {
    this.#records.set(digest, entry * this.#recordBytes + this.#keyBytes)
  }

  /** Whether the entry's digest is `digest`. */
  hasDigest(entry: number, digest: Uint8Array): boolean {
    const start = entry * this.#recordBytes + this.#keyBytes
    for (let i = 0; i < DIGEST_BYTES; i++) if (this.#records[start + i] !== digest[i]) return false
    return true
  }

  /** Below, at or above zero as the entry's key sorts before, equals or sorts after `key`. */
  compareKey(entry: number, key: Uint8Array): number {
    const start = entry * this.#recordBytes
    for (let i = 0; i < this.#keyBytes; i++) {
      const order = (this.#records[start + i] ?? 0) - (key[i] ?? 0)
      if (order !== 0) return order
    }
    return 0
  }

  /** Hexadecimal digit `depth` of the entry's key, as a number. */
  nibble(entry: number, depth: number): number {
    return ((this.#records[entry * this.#recordBytes + (depth >> 1)] ?? 0) >> (depth & 1 ? 0 : 4)) & 15
  }

  #reserve(length: number): void {
    const grown = grownBytes(this.#records, length)
    if (grown === this.#records) return
    this.#records = grown
    this.#words = new Int32Array(grown.buffer, 0, grown.length >> 2)
  }
}
