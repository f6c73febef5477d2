import { diffError } from "../error/diff-error.ts"
import type { TextSplice } from "./text-splice.ts"

/**
 * Where `splice` starts in the text before any splice, given the ones before it in the list.
 *
 * @param end - where the splice before it ends in the current text; 0 for the first
 * @param shift - how much longer the earlier splices made the text
 * @param length - length of the text before any splice
 */
export function spliceStart(splice: TextSplice, end: number, shift: number, length: number): number {
  const { index, remove } = splice
  const whole = Number.isSafeInteger(index) && Number.isSafeInteger(remove)
  if (!whole || remove < 0 || index < end || index - shift + remove > length) {
    throw diffError(
      "text-splice-invalid",
      `splice at ${index} removing ${remove} does not fit: it must start at ${end} or later in a text ` +
        `of ${length + shift}; were the splices made for another text, or reordered?`,
      { index, remove, end, length: length + shift }
    )
  }
  return index - shift
}
