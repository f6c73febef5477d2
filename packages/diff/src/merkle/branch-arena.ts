import { DIGEST_BYTES } from "./entry-arena.ts"
import { grownBytes, grownInts } from "./growing.ts"

/** Children of a branch. */
export const RADIX = 16

/**
 * What hangs at a place of the tree: 0 nothing, a positive number a branch, a negative one the bucket which begins with
 * the entry of that number, negated.
 */
export type NodeRef = number

// One more word per branch for its number of entries, one for the mask of children whose hash is out of date.
const WORDS = RADIX + 2
const COUNT = RADIX
const STALE = RADIX + 1
const ALL_STALE = (1 << RADIX) - 1
const HASHES_BYTES = RADIX * DIGEST_BYTES

/** All branches of a tree in two flat arrays, 584 bytes each: 16 children with their hashes, a count, and what is stale. */
export class BranchArena {
  #words = new Int32Array(0)
  #hashes = new Uint8Array(0)
  #used = 0
  #free = 0

  /** Bytes held, spare room included. */
  get byteLength(): number {
    return this.#words.byteLength + this.#hashes.byteLength
  }

  /** A branch over `count` entries, every hash out of date; all its children are to be set before anything else. */
  add(count: number): number {
    const branch = this.#free === 0 ? ++this.#used : this.#free
    if (branch === this.#free) this.#free = this.child(branch, 0)
    this.#words = grownInts(this.#words, (this.#used + 1) * WORDS)
    this.#hashes = grownBytes(this.#hashes, (this.#used + 1) * HASHES_BYTES)
    this.#words[branch * WORDS + COUNT] = count
    this.#words[branch * WORDS + STALE] = ALL_STALE
    return branch
  }

  /** Gives the branch's number back. */
  remove(branch: number): void {
    this.setChild(branch, 0, this.#free)
    this.#free = branch
  }

  child(branch: number, nibble: number): NodeRef {
    return this.#words[branch * WORDS + nibble] ?? 0
  }

  setChild(branch: number, nibble: number, child: NodeRef): void {
    this.#words[branch * WORDS + nibble] = child
  }

  /** Entries below the branch. */
  count(branch: number): number {
    return this.#words[branch * WORDS + COUNT] ?? 0
  }

  /** Notes that `more` entries were added below a child (removed if negative), or that one of them changed. */
  touch(branch: number, nibble: number, more: number): void {
    const at = branch * WORDS
    this.#words[at + COUNT] = this.count(branch) + more
    this.#words[at + STALE] = (this.#words[at + STALE] ?? 0) | (1 << nibble)
  }

  /** The children whose hash is out of date, as a bit mask by nibble; calls them up to date from now on. */
  takeStale(branch: number): number {
    const at = branch * WORDS + STALE
    const stale = this.#words[at] ?? 0
    this.#words[at] = 0
    return stale
  }

  setHash(branch: number, nibble: number, hash: Uint8Array): void {
    this.#hashes.set(hash, branch * HASHES_BYTES + nibble * DIGEST_BYTES)
  }

  /** The hashes of all children, one after the other; a view that lasts until the next {@link add}. */
  hashes(branch: number): Uint8Array {
    return this.#hashes.subarray(branch * HASHES_BYTES, (branch + 1) * HASHES_BYTES)
  }
}
