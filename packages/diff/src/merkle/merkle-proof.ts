import { isBytes } from "../argument/is-bytes.ts"
import { diffError } from "../error/diff-error.ts"
import { areEntries } from "./are-entries.ts"
import { RADIX } from "./branch-arena.ts"
import { compareBytes } from "./compare-bytes.ts"
import { DIGEST_BYTES } from "./entry-arena.ts"
import { MAX_BUCKET, type MerkleEntry } from "./merkle-node.ts"
import type { MerkleTree } from "./merkle-tree.ts"
import { NodeHasher } from "./node-hasher.ts"
import { childPrefix, nibbleAt } from "./prefix.ts"
import type { Sha256 } from "./sha256.ts"

/**
 * Shows which digest a key has in the tree with a known root, or that it has none. About 480 bytes a level and 64 an entry:
 * 2.5 kB for a million entries.
 */
export interface MerkleProof {
  /** For each branch from the root down to the bucket, the hashes of its 15 children beside the way, ascending; 480 bytes. */
  readonly siblings: readonly Uint8Array[]
  /** The entries of the bucket where the key is or would be, ascending by key; empty where nothing is. */
  readonly bucket: readonly MerkleEntry[]
}

/** What a proof proves of a key. */
export type MerkleVerdict =
  | { readonly status: "member"; readonly digest: Uint8Array }
  | { readonly status: "absent" }

const SIBLINGS_BYTES = (RADIX - 1) * DIGEST_BYTES

/** The proof for a key, there or not. Throws `merkle-key-invalid` for a key of a wrong length. O(log n) after hashing what changed. */
export function proveKey(tree: MerkleTree, key: Uint8Array): MerkleProof {
  tree.get(key)
  const siblings: Uint8Array[] = []
  for (let prefix = "", depth = 0; ; depth++) {
    const node = tree.node(prefix)
    if (node.kind !== "inner") return { siblings, bucket: node.kind === "empty" ? [] : node.entries }
    const nibble = nibbleAt(key, depth)
    siblings.push(without(node.hashes, nibble))
    prefix = childPrefix(prefix, nibble)
  }
}

/**
 * What a proof from elsewhere proves of a key, to somebody who knows the 32-byte root. To prove anything that is not so is to
 * collide SHA-256. Throws `merkle-proof-invalid` for what proves nothing.
 */
export function verifyProof(
  root: Uint8Array,
  key: Uint8Array,
  proof: MerkleProof,
  sha256: Sha256
): MerkleVerdict {
  checkProof(key, proof)
  const { siblings, bucket } = proof
  const hasher = new NodeHasher(sha256, key.length + DIGEST_BYTES)
  let hash = new Uint8Array(hasher.bucket(bucket.map(recordOf)))
  for (let depth = siblings.length - 1; depth >= 0; depth--) {
    hash = new Uint8Array(hasher.branch(withHash(siblings[depth] ?? hash, nibbleAt(key, depth), hash)))
  }
  if (!isBytes(root) || compareBytes(hash, root) !== 0) throw invalid("is of a tree with another root")
  const entry = bucket.find(each => compareBytes(each.key, key) === 0)
  return entry === undefined
    ? { status: "absent" }
    : { status: "member", digest: new Uint8Array(entry.digest) }
}

/** Refuses what no tree with such keys has, before anything is hashed. */
function checkProof(key: Uint8Array, proof: MerkleProof | null): void {
  if (typeof proof !== "object" || proof === null) throw invalid("is none")
  const { siblings, bucket } = proof
  if (!Array.isArray(siblings) || !areEntries(bucket)) throw invalid("is no list of hashes and entries")
  if (!isBytes(key) || key.length < 16 || key.length > 32)
    throw invalid("is about a key that is not 16 to 32 bytes")
  if (siblings.length > 2 * key.length) throw invalid("goes deeper than a key")
  if (!siblings.every(isSiblings)) throw invalid("has not 15 hashes a branch")
  if (bucket.length > MAX_BUCKET) throw invalid(`lists ${bucket.length} entries`)
  for (const [i, entry] of bucket.entries()) {
    if (entry.key.length !== key.length || entry.digest.length !== DIGEST_BYTES) {
      throw invalid("has a key or digest of a wrong length")
    }
    for (let depth = 0; depth < siblings.length; depth++) {
      if (nibbleAt(entry.key, depth) !== nibbleAt(key, depth)) throw invalid("lists a key from elsewhere")
    }
    const before = bucket[i - 1]
    if (before !== undefined && compareBytes(before.key, entry.key) >= 0)
      throw invalid("lists keys out of order")
  }
}

function isSiblings(hashes: unknown): boolean {
  return hashes instanceof Uint8Array && hashes.length === SIBLINGS_BYTES
}

function recordOf({ key, digest }: MerkleEntry): Uint8Array {
  const record = new Uint8Array(key.length + digest.length)
  record.set(key)
  record.set(digest, key.length)
  return record
}

function without(hashes: Uint8Array, nibble: number): Uint8Array {
  const siblings = new Uint8Array(SIBLINGS_BYTES)
  siblings.set(hashes.subarray(0, nibble * DIGEST_BYTES))
  siblings.set(hashes.subarray((nibble + 1) * DIGEST_BYTES), nibble * DIGEST_BYTES)
  return siblings
}

function withHash(siblings: Uint8Array, nibble: number, hash: Uint8Array): Uint8Array {
  const hashes = new Uint8Array(RADIX * DIGEST_BYTES)
  hashes.set(siblings.subarray(0, nibble * DIGEST_BYTES))
  hashes.set(hash, nibble * DIGEST_BYTES)
  hashes.set(siblings.subarray(nibble * DIGEST_BYTES), (nibble + 1) * DIGEST_BYTES)
  return hashes
}

function invalid(problem: string): Error {
  return diffError("merkle-proof-invalid", `the proof ${problem}; it proves nothing`)
}
