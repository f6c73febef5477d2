import { invertSplices } from "../../text/invert-splices.ts"
import type {
  ExtendedJsonPatch,
  ExtendedOperation,
  JsonPatch,
  MoveOperation,
  SpliceOperation
} from "../json-patch.ts"
import { joinTokens } from "../pointer/json-pointer.ts"
import type { ApplyPatchOptions } from "./apply-patch.ts"
import { beforeRemoval } from "./carry-place.ts"
import { isInside } from "./check-operation.ts"
import { formatMove } from "./format-move.ts"
import type { Location } from "./locate.ts"
import { type TracedOperation, tracePatch } from "./trace-patch.ts"
import type { ValueCopier } from "./value-copier.ts"
import { WorkingCopy } from "./working-copy.ts"

/**
 * The patch that turns `applyPatch(document, patch)` back into `document`: equal by `deepEqualJson`, with the same members
 * present. The order of members is not kept, since a member put back comes last. `test` operations have no inverse and
 * leave none; a `splice` has a `splice`.
 *
 * Values in the inverse are those of `document`, not copies: treat them as immutable, or copy the inverse. Throws as
 * `applyPatch` does when the patch does not apply. Costs what applying costs.
 */
export function invertPatch(
  document: unknown,
  patch: JsonPatch,
  options?: ApplyPatchOptions & { readonly extensions?: false }
): JsonPatch
export function invertPatch(
  document: unknown,
  patch: ExtendedJsonPatch,
  options: ApplyPatchOptions
): ExtendedJsonPatch
export function invertPatch(
  document: unknown,
  patch: ExtendedJsonPatch,
  options: ApplyPatchOptions = {}
): ExtendedJsonPatch {
  // Collected from last to first, each operation's own steps too.
  const backwards: ExtendedOperation[] = []
  tracePatch(document, patch, options, (traced, copier) => backwards.push(...undo(traced, copier)))
  return backwards.reverse()
}

/** What undoes one operation, the last step first. */
function undo({ operation, target, source }: TracedOperation, copier: ValueCopier): ExtendedOperation[] {
  const path = joinTokens(target.steps)
  const restore = { path, value: target.value }
  switch (operation.op) {
    case "test":
      return []
    case "remove":
      return [{ op: "add", ...restore }]
    case "replace":
      return [{ op: "replace", ...restore }]
    case "add":
    case "copy":
      return [overwrites(target) ? { op: "replace", ...restore } : { op: "remove", path }]
    case "splice":
      return undoSplice(operation, target.value)
    case "move":
      return source === undefined ? [] : undoMove(operation, target, source, copier)
  }
}

/** `target` is as the move found it after its removal, `source` as it was before. */
function undoMove(
  { from }: MoveOperation,
  target: Location,
  source: Location,
  copier: ValueCopier
): ExtendedOperation[] {
  const path = joinTokens(target.steps)
  if (!overwrites(target)) return formatMove(target.steps, source.steps).reverse()
  if (!isInside(from, path)) {
    const restored = beforeRemoval({ path: target.steps, gap: false }, source.steps)
    const restore: ExtendedOperation = { op: "add", path: joinTokens(restored.path), value: target.value }
    return [restore, ...formatMove(target.steps, source.steps).reverse()]
  }
  // It overwrote what it was taken out of: there is nothing left to move it back into.
  const whole = new WorkingCopy(target.value, copier)
  whole.put(from.slice(path.length), copier.copy(source.value))
  return [{ op: "replace", path, value: whole.value }]
}

function undoSplice({ path, splices }: SpliceOperation, text: unknown): ExtendedOperation[] {
  return typeof text === "string" ? [{ op: "splice", path, splices: invertSplices(text, splices) }] : []
}

/** Whether adding there replaces something, instead of moving elements up. */
function overwrites({ steps, exists }: Location): boolean {
  return exists && typeof steps.at(-1) !== "number"
}
