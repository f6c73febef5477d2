import { BranchArena, type NodeRef, RADIX } from "./branch-arena.ts"
import { EntryArena } from "./entry-arena.ts"
import { MAX_BUCKET } from "./merkle-node.ts"
import { nibbleAt } from "./prefix.ts"

/**
 * Entries by key in a radix-16 trie of branches and sorted buckets. A place with at most 16 entries is a bucket, any
 * other a branch, whatever was added and removed on the way there. Notes which hashes go stale; computes none.
 */
export class EntryTrie {
  readonly entries: EntryArena
  readonly branches: BranchArena = new BranchArena()
  #top: NodeRef = 0
  // The last entry before the key looked for last, in its bucket.
  #before = 0

  constructor(keyBytes: number) {
    this.entries = new EntryArena(keyBytes)
  }

  /** The root. */
  get top(): NodeRef {
    return this.#top
  }

  /** The entry with this key, or 0. Remembers where it would go. */
  find(key: Uint8Array): number {
    let ref = this.#top
    for (let depth = 0; ref > 0; depth++) ref = this.branches.child(ref, nibbleAt(key, depth))
    this.#before = 0
    for (let entry = -ref; entry > 0; entry = this.entries.next(entry)) {
      const order = this.entries.compareKey(entry, key)
      if (order >= 0) return order === 0 ? entry : 0
      this.#before = entry
    }
    return 0
  }

  /** Adds an entry under a key that {@link find} has just not found. */
  insert(key: Uint8Array, digest: Uint8Array): void {
    const { parent, depth, ref } = this.touch(key, 1)
    const entry = this.entries.add(key, digest)
    const before = this.#before
    this.entries.link(entry, before === 0 ? -ref : this.entries.next(before))
    if (before !== 0) this.entries.link(before, entry)
    const first = before === 0 ? entry : -ref
    const members = this.#length(first)
    const bucket = members <= MAX_BUCKET ? -first : this.#chain([...this.walk(-first)], depth)
    this.#replace(parent, key, depth, bucket)
  }

  /** Removes the entry under a key that is there. */
  remove(key: Uint8Array): void {
    const { parent, depth, ref } = this.touch(key, -1)
    const removed = this.find(key)
    this.#replace(parent, key, depth, this.#withoutEntry(ref, removed))
    this.entries.remove(removed)
    this.#collapse(key)
  }

  /** Calls the hashes on the way to `key` stale, counts `more` entries there, and says where the bucket hangs. */
  touch(key: Uint8Array, more: number): BucketPlace {
    let ref = this.#top
    let parent = 0
    let depth = 0
    for (; ref > 0; depth++) {
      const nibble = nibbleAt(key, depth)
      this.branches.touch(ref, nibble, more)
      parent = ref
      ref = this.branches.child(ref, nibble)
    }
    return { parent, depth, ref }
  }

  /** The node at a prefix, or the bucket above it. */
  at(nibbles: readonly number[]): NodeRef {
    let ref = this.#top
    for (const nibble of nibbles) {
      if (ref <= 0) break
      ref = this.branches.child(ref, nibble)
    }
    return ref
  }

  /** The entries below a node, ascending by key. The trie must not change meanwhile. */
  *walk(ref: NodeRef): Generator<number, void, undefined> {
    for (let entry = -ref; entry > 0; entry = this.entries.next(entry)) yield entry
    if (ref <= 0) return
    for (let nibble = 0; nibble < RADIX; nibble++) yield* this.walk(this.branches.child(ref, nibble))
  }

  #replace(parent: number, key: Uint8Array, depth: number, ref: NodeRef): void {
    if (parent === 0) this.#top = ref
    else this.branches.setChild(parent, nibbleAt(key, depth - 1), ref)
  }

  /** Entries of the bucket which begins with `first`. */
  #length(first: number): number {
    let length = 0
    for (let entry = first; entry > 0; entry = this.entries.next(entry)) length++
    return length
  }

  #withoutEntry(bucket: NodeRef, removed: number): NodeRef {
    if (-bucket === removed) return -this.entries.next(removed)
    for (let entry = -bucket; entry > 0; entry = this.entries.next(entry)) {
      if (this.entries.next(entry) === removed) this.entries.link(entry, this.entries.next(removed))
    }
    return bucket
  }

  /** A bucket of these entries, ascending by key, or the branch they need when they are too many. */
  #chain(members: readonly number[], depth: number): NodeRef {
    if (members.length <= MAX_BUCKET) {
      members.forEach((entry, i) => this.entries.link(entry, members[i + 1] ?? 0))
      return -(members[0] ?? 0)
    }
    const branch = this.branches.add(members.length)
    let end = 0
    for (let nibble = 0; nibble < RADIX; nibble++) {
      // Members ascend, so that each child's stand together.
      const start = end
      while (end < members.length && this.entries.nibble(members[end] ?? 0, depth) === nibble) end++
      this.branches.setChild(branch, nibble, this.#chain(members.slice(start, end), depth + 1))
    }
    return branch
  }

  /** Turns the highest branch on the way to `key` that has become small enough into a bucket. */
  #collapse(key: Uint8Array): void {
    let ref = this.#top
    let parent = 0
    let depth = 0
    while (ref > 0 && this.branches.count(ref) > MAX_BUCKET) {
      parent = ref
      ref = this.branches.child(ref, nibbleAt(key, depth))
      depth++
    }
    if (ref <= 0) return
    const members = [...this.walk(ref)]
    this.#release(ref)
    this.#replace(parent, key, depth, this.#chain(members, depth))
  }

  #release(ref: NodeRef): void {
    if (ref <= 0) return
    for (let nibble = 0; nibble < RADIX; nibble++) this.#release(this.branches.child(ref, nibble))
    this.branches.remove(ref)
  }
}

/** Where the bucket for a key hangs: under a branch (0 for the root), at a depth; the bucket itself may be empty. */
interface BucketPlace {
  readonly parent: number
  readonly depth: number
  readonly ref: NodeRef
}
