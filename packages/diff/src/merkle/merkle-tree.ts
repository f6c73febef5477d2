import { checkOptions } from "../argument/check-argument.ts"
import { isBytes } from "../argument/is-bytes.ts"
import { diffError } from "../error/diff-error.ts"
import { type NodeRef, RADIX } from "./branch-arena.ts"
import { DIGEST_BYTES } from "./entry-arena.ts"
import { EntryTrie } from "./entry-trie.ts"
import type { MerkleEntry, MerkleNode, MerklePrefix } from "./merkle-node.ts"
import { NodeHasher } from "./node-hasher.ts"
import { hasPrefix, prefixNibbles } from "./prefix.ts"
import type { Sha256 } from "./sha256.ts"

/** What a {@link MerkleTree} is made with. */
export interface MerkleTreeOptions {
  /** Bytes of every key, 16 to 32. Default: 32. */
  readonly keyBytes?: number
}

/**
 * A Merkle tree over a set of (key, digest): equal roots mean equal sets, and two trees find what they differ in by
 * comparing nodes from the root down (see `stepDescent`).
 *
 * Radix 16, by the digits of the key. A node with at most 16 entries lists them, a larger one has 16 children. So the
 * tree's shape and root depend on the set alone, not on its history, and to forge a root is to collide SHA-256. Keys
 * must be hashes (of document ids, say) so that the tree is balanced: nobody can choose many with a long common prefix.
 *
 * A change costs O(log n) and no hash; the paths that changed are hashed when a root or node is asked for next. Keys and
 * digests are copied in and out. Everything that takes a key throws `merkle-key-invalid` when its length is wrong.
 */
export class MerkleTree {
  /** Bytes of every key. */
  readonly keyBytes: number
  readonly #trie: EntryTrie
  readonly #hasher: NodeHasher
  #size = 0
  #root: Uint8Array | undefined

  /** An empty tree. Trees compare only if they have the same `keyBytes`. */
  constructor(sha256: Sha256, options: MerkleTreeOptions = {}) {
    checkOptions(options)
    this.keyBytes = options.keyBytes ?? 32
    if (!Number.isInteger(this.keyBytes) || this.keyBytes < 16 || this.keyBytes > 32) {
      throw diffError("merkle-key-invalid", `keyBytes must be 16 to 32, not ${this.keyBytes}`)
    }
    this.#trie = new EntryTrie(this.keyBytes)
    this.#hasher = new NodeHasher(sha256, this.#trie.entries.recordBytes)
  }

  /** Number of entries. */
  get size(): number {
    return this.#size
  }

  /** Bytes the tree holds, spare room included: about 68 an entry plus 30 for branches, and up to half as much again. */
  get byteLength(): number {
    return this.#trie.entries.byteLength + this.#trie.branches.byteLength
  }

  /** Adds an entry or replaces its digest. Says whether that changed anything. */
  set(key: Uint8Array, digest: Uint8Array): boolean {
    this.#checkKey(key)
    if (!isBytes(digest) || digest.length !== DIGEST_BYTES) {
      throw diffError("merkle-key-invalid", "a digest has 32 bytes and is no text")
    }
    const entry = this.#trie.find(key)
    if (entry === 0) {
      this.#trie.insert(key, digest)
      this.#size++
    } else {
      if (this.#trie.entries.hasDigest(entry, digest)) return false
      this.#trie.entries.setDigest(entry, digest)
      this.#trie.touch(key, 0)
    }
    this.#root = undefined
    return true
  }

  /** Removes an entry. Says whether it was there. */
  delete(key: Uint8Array): boolean {
    this.#checkKey(key)
    if (this.#trie.find(key) === 0) return false
    this.#trie.remove(key)
    this.#size--
    this.#root = undefined
    return true
  }

  /** The digest under a key. */
  get(key: Uint8Array): Uint8Array | undefined {
    this.#checkKey(key)
    const entry = this.#trie.find(key)
    return entry === 0 ? undefined : this.#trie.entries.entry(entry).digest
  }

  /** The 32-byte hash of the whole set. Hashes what changed since it was last asked for. */
  root(): Uint8Array {
    this.#root ??= new Uint8Array(this.#hashOf(this.#trie.top))
    return this.#root.slice()
  }

  /** The node at a prefix. Throws `merkle-key-invalid` if that is no prefix of a key. */
  node(prefix: MerklePrefix): MerkleNode {
    const nibbles = this.#nibbles(prefix)
    const ref = this.#trie.at(nibbles)
    if (ref > 0) return { kind: "inner", hashes: this.#childHashes(ref).slice() }
    const entries = this.#members(ref, nibbles)
    return entries.length === 0 ? { kind: "empty" } : { kind: "bucket", entries }
  }

  /**
   * The hashes the 16 children of the node at a prefix have, or would have if it were a branch; 512 bytes. For comparing
   * with a tree that has a branch there.
   */
  childHashes(prefix: MerklePrefix): Uint8Array {
    const nibbles = this.#nibbles(prefix)
    const ref = this.#trie.at(nibbles)
    if (ref > 0) return this.#childHashes(ref).slice()
    const hashes = new Uint8Array(RADIX * DIGEST_BYTES)
    for (let nibble = 0; nibble < RADIX; nibble++) {
      const below = this.#records(ref, [...nibbles, nibble])
      hashes.set(this.#hasher.bucket(below), nibble * DIGEST_BYTES)
    }
    return hashes
  }

  /** Copies of the entries whose keys begin with a prefix, ascending by key. The tree must not change meanwhile. */
  *entries(prefix: MerklePrefix = ""): Generator<MerkleEntry, void, undefined> {
    const nibbles = this.#nibbles(prefix)
    const ref = this.#trie.at(nibbles)
    for (const entry of this.#trie.walk(ref)) {
      const copy = this.#trie.entries.entry(entry)
      if (hasPrefix(copy.key, nibbles)) yield copy
    }
  }

  #members(bucket: NodeRef, nibbles: readonly number[]): MerkleEntry[] {
    const copies = Array.from(this.#trie.walk(bucket), entry => this.#trie.entries.entry(entry))
    return copies.filter(({ key }) => hasPrefix(key, nibbles))
  }

  *#records(bucket: NodeRef, nibbles: readonly number[]): Generator<Uint8Array, void, undefined> {
    for (const entry of this.#trie.walk(bucket)) {
      const record = this.#trie.entries.record(entry)
      if (hasPrefix(record, nibbles)) yield record
    }
  }

  /** Hash of a node; a view that the next hash may change. */
  #hashOf(ref: NodeRef): Uint8Array {
    return ref > 0
      ? this.#hasher.branch(this.#childHashes(ref))
      : this.#hasher.chain(this.#trie.entries, -ref)
  }

  /** The children's hashes, brought up to date; a view that the next change of the tree may change. */
  #childHashes(branch: number): Uint8Array {
    const branches = this.#trie.branches
    const stale = branches.takeStale(branch)
    for (let nibble = 0; nibble < RADIX; nibble++) {
      if (stale & (1 << nibble))
        branches.setHash(branch, nibble, this.#hashOf(branches.child(branch, nibble)))
    }
    return branches.hashes(branch)
  }

  #nibbles(prefix: MerklePrefix): number[] {
    return prefixNibbles(prefix, 2 * this.keyBytes)
  }

  #checkKey(key: Uint8Array): void {
    if (!isBytes(key) || key.length !== this.keyBytes) {
      throw diffError("merkle-key-invalid", `a key of this tree has ${this.keyBytes} bytes and is no text`)
    }
  }
}
