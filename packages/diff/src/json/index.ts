export { deepEqualJson } from "./deep-equal-json.ts"
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
} from "./json-patch.ts"
export { type ApplyPatchOptions, applyPatch } from "./patch/apply-patch.ts"
export { composePatch } from "./patch/compose-patch.ts"
export { invertPatch } from "./patch/invert-patch.ts"
export type { JsonPatchLimits } from "./patch/patch-limits.ts"
export { overlaps } from "./patch/overlaps.ts"
export type { InsertTouch, PatchTouch, ValueTouch } from "./patch/patch-touch.ts"
export { type PatchConflict, type RebasePatchOptions, rebasePatch } from "./patch/rebase-patch.ts"
export type { DocumentOptions } from "./patch/resolve-patch.ts"
export { touches } from "./patch/touches.ts"
export { type ValidatePatchOptions, validatePatch } from "./patch/validate-patch.ts"
export { formatPointer } from "./pointer/format-pointer.ts"
export { parsePointer } from "./pointer/json-pointer.ts"
export type { ArgumentErrorCode } from "../error/argument-error-code.ts"
export type { JsonErrorCode } from "../error/json-error-code.ts"
export type { JsonPatchErrorCode } from "../error/json-patch-error-code.ts"
