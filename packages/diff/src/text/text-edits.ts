import { anchoredEdits } from "../sequence/anchored-edits.ts"
import { shingles } from "../sequence/shingles.ts"
import { pushEdit, type SequenceEdit, shiftEdit } from "../sequence/sequence-edit.ts"
import { shortestEdits } from "../sequence/shortest-edits.ts"
import type { WorkBudget } from "../sequence/work-budget.ts"
import { commonEnds } from "./common-ends.ts"
import { codePointPair, pointsToUnits } from "./point-edits.ts"
import { type TokenKind, tokenizeTexts } from "./text-tokens.ts"

// The exact attempt and the alignment of lines or words each take half of what is there; the rest refines the result.
const HALF = 0.5

// What anchors an alignment must occur once on either side. A line often does by itself, a word rarely does before
// it is taken together with its neighbours, a code point only as part of a longer run.
const DOUBLINGS = { lines: 0, words: 2, points: 4 } as const

/**
 * Edits from `before` to `after` in code units, ascending, none between the halves of a surrogate pair.
 *
 * Tries the shortest script of code points; where the budget does not allow it, aligns lines, then the words within
 * lines that differ, then the code points within words that differ. What still does not fit is replaced as a whole.
 */
export function textEdits(before: string, after: string, budget: WorkBudget): readonly SequenceEdit[] {
  return trimmed(before, after, (b, a) => {
    const points = codePointPair(b, a)
    const shortest = budget.within(HALF, share => shortestEdits(points.a, points.b, share))
    return shortest === undefined ? alignedEdits(b, a, "lines", budget) : pointsToUnits(shortest, points)
  })
}

function alignedEdits(
  before: string,
  after: string,
  kind: TokenKind,
  budget: WorkBudget
): readonly SequenceEdit[] {
  const coarse = budget.within(HALF, share => tokenEdits(before, after, kind, share))
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

/** Edits of whole lines or words, in code units. */
function tokenEdits(before: string, after: string, kind: TokenKind, budget: WorkBudget): SequenceEdit[] {
  const { starts, ids } = tokenizeTexts(before, after, kind)
  return anchoredEdits(ids, shingles(ids, DOUBLINGS[kind]), budget).map(edit => ({
    aStart: starts.before[edit.aStart] ?? 0,
    aEnd: starts.before[edit.aEnd] ?? 0,
    bStart: starts.after[edit.bStart] ?? 0,
    bEnd: starts.after[edit.bEnd] ?? 0
  }))
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
    const points = codePointPair(b, a)
    return pointsToUnits(anchoredEdits(points, shingles(points, DOUBLINGS.points), budget), points)
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
