import type { SequenceEdit } from "../sequence/sequence-edit.ts"
import type { TextSplice } from "./text-splice.ts"

/** Edits in code units as splices to be applied one after the other. */
export function editsToSplices(edits: readonly SequenceEdit[], after: string): TextSplice[] {
  return edits.map(({ aStart, aEnd, bStart, bEnd }) => ({
    index: bStart,
    remove: aEnd - aStart,
    insert: after.slice(bStart, bEnd)
  }))
}
