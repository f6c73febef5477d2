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
export { formatPointer, parsePointer } from "./pointer/json-pointer.ts"
