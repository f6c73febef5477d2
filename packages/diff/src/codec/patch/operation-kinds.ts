import type { ExtendedOperation } from "../../json/json-patch.ts"

/** Kinds of operations; what stands for one is its place here. */
export const operationKinds: readonly ExtendedOperation["op"][] = [
  "add",
  "remove",
  "replace",
  "move",
  "copy",
  "test",
  "splice"
]
