import { spliceStart } from "./check-splice.ts"
import type { TextSplice } from "./text-splice.ts"

/**
 * The splices that undo `splices`, given the text they were made for: ascending and sequential like any others.
 *
 * Throws `text-splice-invalid` when the splices do not fit `before`.
 */
export function invertSplices(before: string, splices: readonly TextSplice[]): TextSplice[] {
  let end = 0
  let shift = 0
  return splices.map(splice => {
    const index = spliceStart(splice, end, shift, before.length)
    end = splice.index + splice.insert.length
    shift += splice.insert.length - splice.remove
    return { index, remove: splice.insert.length, insert: before.slice(index, index + splice.remove) }
  })
}
