export { isSynclineError, SynclineError } from "@syncline/clock"
export type { DiffErrorCode } from "./error/diff-error-code.ts"
export { deepEqualJson } from "./json/deep-equal-json.ts"
export type { ElementKey } from "./json/diff/diff-context.ts"
export { type DiffJsonOptions, diffJson } from "./json/diff/diff-json.ts"
export type { TextDiff } from "./json/diff/text-diff.ts"
export type {
  AddOperation,
  CopyOperation,
  ExtendedJsonPatch,
  ExtendedOperation,
  JsonPatch,
  JsonPatchOperation,
  MoveOperation,
  RemoveOperation,
  ReplaceOperation,
  SpliceOperation,
  TestOperation
} from "./json/json-patch.ts"
export { type ApplyPatchOptions, applyPatch } from "./json/patch/apply-patch.ts"
export { invertPatch } from "./json/patch/invert-patch.ts"
export type { JsonPatchLimits } from "./json/patch/patch-limits.ts"
export type { DocumentOptions } from "./json/patch/resolve-patch.ts"
export { applyListRuns } from "./list/apply-list-runs.ts"
export { type DiffListOptions, diffList } from "./list/diff-list.ts"
export type { ListMatching } from "./list/element-matcher.ts"
export type { CopyRun, DeleteRun, InsertRun, ListRun } from "./list/list-run.ts"
export {
  beginDescent,
  type DescentLimits,
  type DescentStep,
  type MerkleDescent,
  stepDescent
} from "./merkle/descent.ts"
export type { MerkleDifference } from "./merkle/different-entries.ts"
export type { MerkleEntry, MerkleNode, MerklePrefix } from "./merkle/merkle-node.ts"
export { type MerkleReport, type ReportLimits, reportNodes } from "./merkle/merkle-report.ts"
export { MerkleTree, type MerkleTreeOptions } from "./merkle/merkle-tree.ts"
export type { Sha256 } from "./merkle/sha256.ts"
export { applySplices } from "./text/apply-splices.ts"
export { type DiffTextOptions, diffText } from "./text/diff-text.ts"
export { invertSplices } from "./text/invert-splices.ts"
export { mapPosition } from "./text/map-position.ts"
export type { TextSplice } from "./text/text-splice.ts"
