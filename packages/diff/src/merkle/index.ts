export {
  beginDescent,
  type DescentLimits,
  type DescentStep,
  type MerkleDescent,
  stepDescent
} from "./descent.ts"
export { differences } from "./differences.ts"
export type { MerkleDifference } from "./different-entries.ts"
export type { MerkleEntry, MerkleNode, MerklePrefix } from "./merkle-node.ts"
export { type MerkleProof, type MerkleVerdict, proveKey, verifyProof } from "./merkle-proof.ts"
export { type MerkleReport, type ReportLimits, reportNodes } from "./merkle-report.ts"
export { MerkleTree, type MerkleTreeOptions } from "./merkle-tree.ts"
export type { Sha256 } from "./sha256.ts"
export type { MerkleErrorCode } from "../error/merkle-error-code.ts"
