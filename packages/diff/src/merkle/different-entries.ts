import { RADIX } from "./branch-arena.ts"
import { compareBytes } from "./compare-bytes.ts"
import { DIGEST_BYTES } from "./entry-arena.ts"
import type { MerkleEntry, MerklePrefix } from "./merkle-node.ts"
import type { MerkleTree } from "./merkle-tree.ts"
import { childPrefix } from "./prefix.ts"

/** A key whose digest is not the same in both trees; `undefined` where the tree does not have it. */
export interface MerkleDifference {
  readonly key: Uint8Array
  readonly mine: Uint8Array | undefined
  readonly theirs: Uint8Array | undefined
}

/** The children of the node at a prefix whose hash is not the one in `theirs`, 16 hashes in a row. */
export function differentChildren(
  tree: MerkleTree,
  prefix: MerklePrefix,
  theirs: Uint8Array
): MerklePrefix[] {
  const mine = tree.childHashes(prefix)
  const different: MerklePrefix[] = []
  for (let nibble = 0; nibble < RADIX; nibble++) {
    const [from, to] = [nibble * DIGEST_BYTES, (nibble + 1) * DIGEST_BYTES]
    if (compareBytes(mine.subarray(from, to), theirs.subarray(from, to)) !== 0) {
      different.push(childPrefix(prefix, nibble))
    }
  }
  return different
}

/** Merges two lists of entries ascending by key into those that are not the same in both. */
export function differentEntries(
  mine: readonly MerkleEntry[],
  theirs: readonly MerkleEntry[]
): MerkleDifference[] {
  const different: MerkleDifference[] = []
  let i = 0
  let j = 0
  while (i < mine.length || j < theirs.length) {
    const [ours, other] = [mine[i], theirs[j]]
    const order = ours && other ? compareBytes(ours.key, other.key) : ours ? -1 : 1
    const left = order <= 0 ? ours : undefined
    const right = order >= 0 ? other : undefined
    const key = left?.key ?? right?.key
    const same = left !== undefined && right !== undefined && compareBytes(left.digest, right.digest) === 0
    if (key !== undefined && !same) different.push({ key, mine: left?.digest, theirs: right?.digest })
    if (left !== undefined) i++
    if (right !== undefined) j++
  }
  return different
}
