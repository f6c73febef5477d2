export {
  beginDescent,
  type DescentLimits,
  type DescentStep,
  type MerkleDescent,
  type MerkleDifference,
  stepDescent
} from "./descent.ts"
export type { MerkleEntry, MerkleNode, MerklePrefix } from "./merkle-node.ts"
export { type MerkleReport, reportNodes } from "./merkle-report.ts"
export { MerkleTree, type MerkleTreeOptions } from "./merkle-tree.ts"
export type { Sha256 } from "./sha256.ts"
