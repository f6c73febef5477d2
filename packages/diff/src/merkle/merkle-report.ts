import type { MerkleNode, MerklePrefix } from "./merkle-node.ts"
import type { MerkleTree } from "./merkle-tree.ts"

/** One node of a tree, as it is told to a peer. */
export interface MerkleReport {
  readonly prefix: MerklePrefix
  readonly node: MerkleNode
}

/**
 * Answers a peer's `ask`, in its order: at most 1.1 kB a prefix. The caller bounds how many it accepts at once.
 *
 * Throws `merkle-key-invalid` when something asked for is no prefix of a key.
 */
export function reportNodes(tree: MerkleTree, ask: readonly MerklePrefix[]): MerkleReport[] {
  return ask.map(prefix => ({ prefix, node: tree.node(prefix) }))
}
