import { checkText } from "../argument/check-argument.ts"
import { checkSplices, spliceStart } from "./check-splice.ts"
import type { TextSplice } from "./text-splice.ts"

/**
 * The splices that undo `splices`, given the text they were made for: ascending and sequential like any others.
 *
 * Throws `text-splice-invalid` when the splices do not fit `before`.
 */
export function invertSplices(before: string, splices: readonly TextSplice[]): TextSplice[] {
  checkText("before", before)
  checkSplices(splices)
  let end = 0
  let shift = 0
  // A hole, which `map` would leave out, is no splice.
  return Array.from(splices, splice => {
    const index = spliceStart(splice, end, shift, before.length)
    end = splice.index + splice.insert.length
    shift += splice.insert.length - splice.remove
    return { index, remove: splice.insert.length, insert: before.slice(index, index + splice.remove) }
  })
}
