import type { CarryRules } from "./carry-place.ts"
import type { Step } from "./locate.ts"
import {
  depthInArray,
  indexAt,
  isAtOrInside,
  isSamePlace,
  type ResolvedOperation
} from "./resolved-operation.ts"

/** What is wrong between two operations that cannot be carried over each other, and what can be done about it. */
export function conflictReason(a: ResolvedOperation, b: ResolvedOperation, rules: CarryRules): string {
  if (rules.assumed && (mayShift(a, b) || mayShift(b, a)))
    return "may be about the same place, or one may shift the other: only the document can tell; pass it as `document`"
  if (rules.ties === "conflict" && a.inserts && b.inserts && isSamePlace(a.path, b.path))
    return "insert at the same place: choose `ties`, the opposite on the other side, or drop one of them"
  return "are about the same place; drop or redo one of them"
}

/** Whether `over` would shift what `operation` is about, if what looks like an index is one. */
function mayShift(operation: ResolvedOperation, over: ResolvedOperation): boolean {
  const { op } = over.operation
  return placesOf(operation).some(place => {
    if (over.inserts && depthInArray(place, over.path) !== -1) return true
    if (op === "remove") return isBeside(place, over.path)
    if (op !== "move" || over.from === undefined) return false
    return isBeside(place, over.from) || (over.path.at(-1) === "-" && isAtOrInside(place, over.from))
  })
}

/** Whether a place is at or inside of another element of the array that `removed` is taken from. */
function isBeside(place: readonly Step[], removed: readonly Step[]): boolean {
  const depth = depthInArray(place, removed)
  return depth !== -1 && indexAt(place, depth) !== indexAt(removed, depth)
}

function placesOf({ path, from }: ResolvedOperation): (readonly Step[])[] {
  return from === undefined ? [path] : [from, path]
}
