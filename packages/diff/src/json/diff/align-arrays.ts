import { anchoredEdits } from "../../sequence/anchored-edits.ts"
import type { SequenceEdit } from "../../sequence/sequence-edit.ts"
import type { SequencePair } from "../../sequence/shingles.ts"
import { shortestEdits } from "../../sequence/shortest-edits.ts"
import { slideEdits } from "../../sequence/slide-edits.ts"
import { type DiffContext, sameOnBudget } from "./diff-context.ts"
import { type Alignment, CHANGED, emptyAlignment, setOrigin } from "./alignment.ts"
import { findMoves } from "./find-moves.ts"
import { type ArrayWindow, type ElementKeys, internJson } from "./intern-json.ts"
import { pairSimilar } from "./pair-similar.ts"

// Half for the exact attempt leaves as much to align the rest when it fails.
const EXACT_SHARE = 0.5

/**
 * Aligns two arrays: what stays in order is as much as possible, within the budget; then equal elements that went and
 * came are moves; then what came where something else went is taken for an edit of it. Without a budget left, elements
 * pair up by position.
 */
export function alignArrays(context: DiffContext, a: readonly unknown[], b: readonly unknown[]): Alignment {
  if (context.budget.remaining === 0) return byPosition(a, b)
  const keys = keysOf(context, a, b)
  const window = untrimmed(context, a, b, keys)
  const alignment = emptyAlignment(window, keys !== undefined)
  const gone = window.aEnd - window.aStart
  const come = window.bEnd - window.bStart
  if (gone === 0 || come === 0) return alignment
  if (gone === 1 && come === 1) pairGap(context, alignment, keys, wholeGap(gone, come))
  else alignMiddle(context, alignment, keys)
  return alignment
}

function alignMiddle(context: DiffContext, alignment: Alignment, keys: ElementKeys | undefined): void {
  const ids = internJson(context, alignment, keys)
  const edits = elementEdits(context, ids)
  markKept(alignment, edits, keys)
  if (context.moves) findMoves(context, alignment, edits, ids, keys)
  for (const edit of edits) pairGap(context, alignment, keys, edit)
}

function elementEdits({ budget }: DiffContext, ids: SequencePair): readonly SequenceEdit[] {
  const shortest = budget.within(EXACT_SHARE, share => shortestEdits(ids.a, ids.b, share))
  return slideEdits(shortest ?? anchoredEdits(ids, 0, budget), ids.a, ids.b)
}

function wholeGap(aEnd: number, bEnd: number): SequenceEdit {
  return { aStart: 0, aEnd, bStart: 0, bEnd }
}

function byPosition(a: readonly unknown[], b: readonly unknown[]): Alignment {
  const window = { a, b, aStart: 0, aEnd: a.length, bStart: 0, bEnd: b.length }
  const alignment = emptyAlignment(window, false)
  for (let i = 0; i < Math.min(a.length, b.length); i++) setOrigin(alignment, i, i, CHANGED)
  return alignment
}

function keysOf(
  { keyOf, writer }: DiffContext,
  a: readonly unknown[],
  b: readonly unknown[]
): ElementKeys | undefined {
  if (keyOf === undefined) return undefined
  const path = writer.pointer()
  return { a: a.map(element => keyOf(element, path)), b: b.map(element => keyOf(element, path)) }
}

/** What is left between the longest common beginning and end. */
function untrimmed(
  context: DiffContext,
  a: readonly unknown[],
  b: readonly unknown[],
  keys: ElementKeys | undefined
): ArrayWindow {
  const matches = (i: number, j: number): boolean => {
    const key = keys?.a[i]
    return key === undefined && keys?.b[j] === undefined
      ? sameOnBudget(context, a[i], b[j])
      : key === keys?.b[j]
  }
  const most = Math.min(a.length, b.length)
  let start = 0
  while (start < most && matches(start, start)) start++
  // In arrays of one length the pair the beginning ended at is known to differ.
  const room = most - start - (a.length === b.length && start < most ? 1 : 0)
  let end = 0
  while (end < room && matches(a.length - 1 - end, b.length - 1 - end)) end++
  return { a, b, aStart: start, aEnd: a.length - end, bStart: start, bEnd: b.length - end }
}

/** Notes where the elements between edits come from. */
function markKept(alignment: Alignment, edits: readonly SequenceEdit[], keys: ElementKeys | undefined): void {
  const { aStart, origins } = alignment
  let i = 0
  let j = 0
  for (const edit of [...edits, wholeGap(0, 0)]) {
    const stop = edit.bEnd === 0 && edit.aEnd === 0 ? origins.length : edit.bStart
    for (; j < stop; i++, j++) {
      setOrigin(alignment, i, j, keys?.a[aStart + i] === undefined ? 0 : CHANGED)
    }
    i = edit.aEnd
    j = edit.bEnd
  }
}

/** Pairs what is left of one gap. Elements with keys are never taken for edits of others. */
function pairGap(
  context: DiffContext,
  alignment: Alignment,
  keys: ElementKeys | undefined,
  edit: SequenceEdit
): void {
  const { a, b, aStart, bStart, origins, taken } = alignment
  const gone: number[] = []
  const come: number[] = []
  for (let i = edit.aStart; i < edit.aEnd; i++) {
    if (taken[i] === 0 && keys?.a[aStart + i] === undefined) gone.push(i)
  }
  for (let j = edit.bStart; j < edit.bEnd; j++) {
    if (origins[j] === -1 && keys?.b[bStart + j] === undefined) come.push(j)
  }
  if (gone.length === 0 || come.length === 0) return
  const values = { gone: gone.map(i => a[aStart + i]), come: come.map(j => b[bStart + j]) }
  pairSimilar(context, values.gone, values.come, (left, right) =>
    setOrigin(alignment, gone[left] ?? 0, come[right] ?? 0, CHANGED)
  )
}
