import { checkChoice } from "../argument/check-choice.ts"
import { diffError } from "../error/diff-error.ts"
import { checkForm, checkSplices } from "./check-splice.ts"
import type { TextSplice } from "./text-splice.ts"

/**
 * Where a cursor between two code units of the old text stands in the new one.
 *
 * A cursor at the edge of removed text keeps to the text outside of it. Where text is only inserted at the cursor, or
 * the text on both its sides was replaced, `bias` says whether it ends up before or after what was inserted. Never moves
 * two cursors past each other.
 *
 * Throws `text-position-invalid` when `position` is not a whole number of at least 0, `text-splice-invalid` for what are no splices.
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
  checkSplices(splices)
  checkChoice("bias", bias, ["before", "after"])
  let mapped = position
  for (const splice of splices) {
    checkForm(splice)
    const { index, remove, insert } = splice
    const removedEnd = index + remove
    const inside = remove === 0 ? mapped === index : index < mapped && mapped < removedEnd
    if (inside) mapped = bias === "before" ? index : index + insert.length
    else if (mapped >= removedEnd) mapped += insert.length - remove
  }
  return mapped
}
