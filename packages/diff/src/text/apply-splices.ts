import { checkText } from "../argument/check-argument.ts"
import { checkSplices, spliceStart } from "./check-splice.ts"
import type { TextSplice } from "./text-splice.ts"

/**
 * The text after `splices`, in one pass over both.
 *
 * Throws `text-splice-invalid` when a splice lies outside of the text or starts before the end of an earlier one.
 */
export function applySplices(text: string, splices: readonly TextSplice[]): string {
  checkText("text", text)
  checkSplices(splices)
  const parts: string[] = []
  let done = 0
  let end = 0
  let shift = 0
  for (const splice of splices) {
    const start = spliceStart(splice, end, shift, text.length)
    parts.push(text.slice(done, start), splice.insert)
    done = start + splice.remove
    end = splice.index + splice.insert.length
    shift += splice.insert.length - splice.remove
  }
  parts.push(text.slice(done))
  return parts.join("")
}
