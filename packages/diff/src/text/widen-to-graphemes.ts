import type { SequenceEdit } from "../sequence/sequence-edit.ts"
import { GraphemeBoundaries } from "./grapheme-boundaries.ts"

/**
 * Edits of code units, widened so that each begins and ends at a boundary of grapheme clusters in both texts. Edits that
 * meet become one. Linear in the texts, whatever they are.
 */
export function widenToGraphemes(
  before: string,
  after: string,
  edits: readonly SequenceEdit[]
): readonly SequenceEdit[] {
  const inBefore = new GraphemeBoundaries(before)
  const inAfter = new GraphemeBoundaries(after)
  const isBoundary = (a: number, b: number): boolean => inBefore.has(a) && inAfter.has(b)
  const widened: SequenceEdit[] = []
  for (const edit of edits) {
    const last = widened.at(-1)
    if (last === undefined) {
      widened.push(edit)
      continue
    }
    // What lies between two edits is the same in both texts, so one count of units leads to a place in each.
    const gap = edit.aStart - last.aEnd
    let right = 0
    while (right < gap && !isBoundary(last.aEnd + right, last.bEnd + right)) right++
    let left = 0
    while (left < gap - right && !isBoundary(edit.aStart - left, edit.bStart - left)) left++
    const met = right + left >= gap
    const end = met ? edit : { aEnd: last.aEnd + right, bEnd: last.bEnd + right }
    widened[widened.length - 1] = { ...last, aEnd: end.aEnd, bEnd: end.bEnd }
    if (!met) widened.push({ ...edit, aStart: edit.aStart - left, bStart: edit.bStart - left })
  }
  return widenedEnds(widened, before.length, isBoundary)
}

/** Widens the first edit towards the beginning of the texts and the last one towards their end. */
function widenedEnds(
  edits: SequenceEdit[],
  length: number,
  isBoundary: (a: number, b: number) => boolean
): readonly SequenceEdit[] {
  const first = edits[0]
  if (first === undefined) return edits
  let left = 0
  while (left < first.aStart && !isBoundary(first.aStart - left, first.bStart - left)) left++
  edits[0] = { ...first, aStart: first.aStart - left, bStart: first.bStart - left }
  const last = edits.at(-1) ?? first
  let right = 0
  while (last.aEnd + right < length && !isBoundary(last.aEnd + right, last.bEnd + right)) right++
  edits[edits.length - 1] = { ...last, aEnd: last.aEnd + right, bEnd: last.bEnd + right }
  return edits
}
