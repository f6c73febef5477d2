import { diffError } from "../error/diff-error.ts"
import { compareBytes } from "./compare-bytes.ts"
import { differentChildren, differentEntries, type MerkleDifference } from "./different-entries.ts"
import type { MerkleEntry, MerkleNode, MerklePrefix } from "./merkle-node.ts"
import type { MerkleTree } from "./merkle-tree.ts"

/**
 * What differs between two trees at hand, ascending by key; `mine` is `a`'s digest, `theirs` is `b`'s. Looks only into nodes whose
 * hashes differ, O(log n) for each difference, after hashing what changed in either. Neither tree may change meanwhile.
 *
 * Throws `merkle-key-invalid` if their keys are not of one length.
 */
export function* differences(a: MerkleTree, b: MerkleTree): Generator<MerkleDifference, void, undefined> {
  if (a.keyBytes !== b.keyBytes) {
    const message = `a tree of ${a.keyBytes}-byte keys does not compare with one of ${b.keyBytes}-byte keys`
    throw diffError("merkle-key-invalid", message)
  }
  if (compareBytes(a.root(), b.root()) !== 0) yield* differencesAt(a, b, "")
}

function* differencesAt(
  a: MerkleTree,
  b: MerkleTree,
  prefix: MerklePrefix
): Generator<MerkleDifference, void, undefined> {
  const [mine, theirs] = [a.node(prefix), b.node(prefix)]
  if (mine.kind !== "inner" && theirs.kind !== "inner") {
    yield* differentEntries(entriesOf(mine), entriesOf(theirs))
    return
  }
  for (const child of differentChildren(a, prefix, b.childHashes(prefix))) yield* differencesAt(a, b, child)
}

function entriesOf(node: MerkleNode): readonly MerkleEntry[] {
  return node.kind === "bucket" ? node.entries : []
}
