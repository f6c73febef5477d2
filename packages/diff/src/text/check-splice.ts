import { diffError } from "../error/diff-error.ts"
import type { TextSplice } from "./text-splice.ts"

/** Throws `text-splice-invalid` unless something is a list, as splices come in. */
export function checkSplices(splices: unknown): asserts splices is readonly unknown[] {
  if (!Array.isArray(splices)) {
    throw diffError(
      "text-splice-invalid",
      "the splices are no array: pass what `diffText` gave, or an array of the like"
    )
  }
}

/** Throws `text-splice-invalid` unless something has the members of a splice; where it lies is for others to check. */
export function checkForm(splice: unknown): asserts splice is TextSplice {
  const { index, remove, insert } = (splice ?? {}) as Readonly<Record<string, unknown>>
  if (Number.isSafeInteger(index) && Number.isSafeInteger(remove) && typeof insert === "string") return
  throw diffError(
    "text-splice-invalid",
    "a splice needs an index, a number of code units to remove, both whole, and a text to insert"
  )
}

/**
 * Where `splice` starts in the text before any splice, given the ones before it in the list.
 *
 * @param end - where the splice before it ends in the current text; 0 for the first
 * @param shift - how much longer the earlier splices made the text
 * @param length - length of the text before any splice
 */
export function spliceStart(splice: TextSplice, end: number, shift: number, length: number): number {
  checkForm(splice)
  const { index, remove } = splice
  if (remove < 0 || index < end || index - shift + remove > length) {
    throw diffError(
      "text-splice-invalid",
      `splice at ${index} removing ${remove} does not fit: it must start at ${end} or later in a text ` +
        `of ${length + shift}; were the splices made for another text, or reordered?`,
      { index, remove, end, length: length + shift }
    )
  }
  return index - shift
}
