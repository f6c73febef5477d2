import { anchoredEdits } from "../sequence/anchored-edits.ts"
import { pushEdit, type SequenceEdit, shiftEdit } from "../sequence/sequence-edit.ts"
import { shortestEdits } from "../sequence/shortest-edits.ts"
import { slideEdits } from "../sequence/slide-edits.ts"
import type { WorkBudget } from "../sequence/work-budget.ts"
import { codePoints, unitsBetween } from "./code-points.ts"
import { commonEnds } from "./common-ends.ts"
import { type TokenKind, tokenizeTexts } from "./text-tokens.ts"

// The exact attempt and the alignment of lines or words each take half of what is there; the rest refines the result.
const HALF = 0.5

/**
 * Edits from `before` to `after` in code units, ascending, none between the halves of a surrogate pair.
 *
 * Tries the shortest script of code points; where the budget does not allow it, aligns lines, then the words within
 * lines that differ, then the code points within words that differ. What still does not fit is replaced as a whole.
 */
export function textEdits(before: string, after: string, budget: WorkBudget): readonly SequenceEdit[] {
  return trimmed(before, after, (b, a) => {
    const exact = budget.within(HALF, share => shortestTextEdits(b, a, share))
    return exact ?? alignedEdits(b, a, "lines", budget)
  })
}

function alignedEdits(
  before: string,
  after: string,
  kind: TokenKind,
  budget: WorkBudget
): readonly SequenceEdit[] {
  const tokens = tokenizeTexts(before, after, kind)
  const coarse = budget
    .within(HALF, share => anchoredEdits(tokens.before.ids, tokens.after.ids, tokens.distinct, share))
    .map(edit => ({
      aStart: tokens.before.starts[edit.aStart] ?? 0,
      aEnd: tokens.before.starts[edit.aEnd] ?? 0,
      bStart: tokens.after.starts[edit.bStart] ?? 0,
      bEnd: tokens.after.starts[edit.bEnd] ?? 0
    }))
  const edits: SequenceEdit[] = []
  let left = coarse.reduce((sum, edit) => sum + sizeOf(edit), 0)
  for (const edit of coarse) {
    const size = sizeOf(edit)
    for (const finer of budget.within(size / left, share => refinedEdits(before, after, edit, kind, share))) {
      pushEdit(edits, shiftEdit(finer, edit.aStart, edit.bStart))
    }
    left -= size
  }
  return edits
}

/** The finer edits within one edit of lines or words, counted from where it starts. */
function refinedEdits(
  before: string,
  after: string,
  { aStart, aEnd, bStart, bEnd }: SequenceEdit,
  kind: TokenKind,
  budget: WorkBudget
): readonly SequenceEdit[] {
  return trimmed(before.slice(aStart, aEnd), after.slice(bStart, bEnd), (b, a) => {
    if (kind === "lines") return alignedEdits(b, a, "words", budget)
    return shortestTextEdits(b, a, budget) ?? [{ aStart: 0, aEnd: b.length, bStart: 0, bEnd: a.length }]
  })
}

function sizeOf({ aStart, aEnd, bStart, bEnd }: SequenceEdit): number {
  return aEnd - aStart + bEnd - bStart
}

/** Runs `inner` on what remains without the common ends; one edit where a side is empty then. */
function trimmed(
  before: string,
  after: string,
  inner: (before: string, after: string) => readonly SequenceEdit[]
): readonly SequenceEdit[] {
  const { prefix, suffix } = commonEnds(before, after)
  const aEnd = before.length - suffix
  const bEnd = after.length - suffix
  if (prefix === aEnd && prefix === bEnd) return []
  if (prefix === aEnd || prefix === bEnd) return [{ aStart: prefix, aEnd, bStart: prefix, bEnd }]
  const edits = inner(before.slice(prefix, aEnd), after.slice(prefix, bEnd))
  return edits.map(edit => shiftEdit(edit, prefix, prefix))
}

/** The shortest script of code points, in code units; `undefined` when the budget ran out. */
function shortestTextEdits(before: string, after: string, budget: WorkBudget): SequenceEdit[] | undefined {
  const a = codePoints(before)
  const b = codePoints(after)
  const shortest = shortestEdits(a, b, budget)
  if (shortest === undefined) return undefined
  let aDone = 0
  let bDone = 0
  let aUnits = 0
  let bUnits = 0
  return slideEdits(shortest, a, b).map(({ aStart, aEnd, bStart, bEnd }) => {
    const aFrom = aUnits + unitsBetween(a, aDone, aStart)
    const bFrom = bUnits + unitsBetween(b, bDone, bStart)
    aUnits = aFrom + unitsBetween(a, aStart, aEnd)
    bUnits = bFrom + unitsBetween(b, bStart, bEnd)
    aDone = aEnd
    bDone = bEnd
    return { aStart: aFrom, aEnd: aUnits, bStart: bFrom, bEnd: bUnits }
  })
}
