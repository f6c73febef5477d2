import { diffError } from "../error/diff-error.ts"
import type { TextSplice } from "./text-splice.ts"

/**
 * Where a cursor between two code units of the old text stands in the new one.
 *
 * A cursor at the edge of removed text keeps to the text outside of it. Where text is only inserted at the cursor, or
 * the text on both its sides was replaced, `bias` says whether it ends up before or after what was inserted. Never moves
 * two cursors past each other.
 *
 * Throws `text-position-invalid` when `position` is not a whole number of at least 0.
 */
export function mapPosition(
  position: number,
  splices: readonly TextSplice[],
  bias: "before" | "after"
): number {
  if (!Number.isSafeInteger(position) || position < 0) {
    throw diffError("text-position-invalid", `position ${position} must be a whole number of at least 0`, {
      position
    })
  }
  let mapped = position
  for (const { index, remove, insert } of splices) {
    const removedEnd = index + remove
    const inside = remove === 0 ? mapped === index : index < mapped && mapped < removedEnd
    if (inside) mapped = bias === "before" ? index : index + insert.length
    else if (mapped >= removedEnd) mapped += insert.length - remove
  }
  return mapped
}
