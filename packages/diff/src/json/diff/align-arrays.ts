import { pushEdit, type SequenceEdit, shiftEdit } from "../../sequence/sequence-edit.ts"
import { type Alignment, CHANGED, emptyAlignment, setOrigin } from "./alignment.ts"
import type { ArrayWindow } from "./array-window.ts"
import { type DiffContext, sameOnBudget } from "./diff-context.ts"
import { exactEdits } from "./exact-edits.ts"
import { findMoves, type Leftovers } from "./find-moves.ts"
import type { ElementKeys } from "./element-keys.ts"
import { internElements } from "./intern-json.ts"
import { nearbyEdits } from "./nearby-edits.ts"
import { looksShuffled, SHUFFLED_SHARE } from "./looks-shuffled.ts"
import { measureJson } from "./measure-json.ts"
import { REMOVE_BYTES, REPLACE_BYTES } from "./patch-writer.ts"
import { pairSimilar } from "./pair-similar.ts"

// Fewer changes are quickly written down, to be compared then.
const HOPELESS_CHANGES = 8

// In smaller windows a search for the best alignment costs no more than looking for a good one.
const SMALL_WINDOW = 32

/** What two arrays leave between their common beginning and end. With keys, equal keys are enough to be common. */
export function trimArrays(
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

/** Pairs elements by position, which takes no comparison: what is left without a budget. */
export function alignByPosition(a: readonly unknown[], b: readonly unknown[]): Alignment {
  const alignment = emptyAlignment({ a, b, aStart: 0, aEnd: a.length, bStart: 0, bEnd: b.length })
  for (let i = 0; i < Math.min(a.length, b.length); i++) setOrigin(alignment, i, i, CHANGED)
  return alignment
}

/**
 * Aligns two windows, unless so little stays that replacing the whole array is surely shorter, and allowed. What stays in order is as much as possible, or nearly; then equal elements that went and came are
 * moves; then what came where something else went is taken for an edit of it.
 */
export function alignWindow(
  context: DiffContext,
  window: ArrayWindow,
  keys: ElementKeys | undefined
): Alignment | undefined {
  const alignment = emptyAlignment(window)
  if (window.aStart === window.aEnd || window.bStart === window.bEnd) return alignment
  if (keys === undefined && looksShuffled(window)) {
    const moving = Math.trunc(SHUFFLED_SHARE * (window.bEnd - window.bStart))
    if (isHopeless(context, window.b, moving)) return undefined
  }
  const { edits, edited } = windowEdits(context, window, keys)
  if (isHopeless(context, window.b, edited.length + changesOf(edits))) return undefined
  markKept(alignment, edits, keys)
  for (const j of edited) alignment.marks[j] = CHANGED
  if (context.moves) findMoves(context, alignment, leftovers(edits), keys)
  for (const edit of edits) pairGap(context, alignment, keys, edit)
  return alignment
}

/** Every element that does not stay takes an operation at least; the shortest has no value and one path. */
function isHopeless({ writer, whole }: DiffContext, b: readonly unknown[], changes: number): boolean {
  if (!whole || changes < HOPELESS_CHANGES) return false
  const path = writer.pointer()
  const least = changes * (REMOVE_BYTES + path.length + 2) - REPLACE_BYTES - path.length
  return measureJson(b, least, path) < least
}

function changesOf(edits: readonly SequenceEdit[]): number {
  let gone = 0
  let come = 0
  for (const { aStart, aEnd, bStart, bEnd } of edits) {
    gone += aEnd - aStart
    come += bEnd - bStart
  }
  return Math.max(gone, come)
}

function windowEdits(
  context: DiffContext,
  window: ArrayWindow,
  keys: ElementKeys | undefined
): { readonly edits: readonly SequenceEdit[]; readonly edited: readonly number[] } {
  const gone = window.aEnd - window.aStart
  const come = window.bEnd - window.bStart
  if (keys !== undefined || gone + come <= SMALL_WINDOW) {
    return { edits: searchedEdits(context, window, keys), edited: [] }
  }
  const { gaps, edited, aStop, bStop } = nearbyEdits(context, window)
  const edits: SequenceEdit[] = []
  for (const gap of [...gaps, { aStart: aStop, aEnd: gone, bStart: bStop, bEnd: come }]) {
    const { aStart, aEnd, bStart, bEnd } = gap
    const plain = aStart === aEnd || bStart === bEnd || aEnd - aStart + bEnd - bStart === 2
    if (plain) {
      pushEdit(edits, gap)
      continue
    }
    const inner = { ...window, ...shiftEdit(gap, window.aStart, window.bStart) }
    for (const edit of searchedEdits(context, inner, undefined))
      pushEdit(edits, shiftEdit(edit, aStart, bStart))
  }
  return { edits, edited }
}

function searchedEdits(
  context: DiffContext,
  { a, b, aStart, aEnd, bStart, bEnd }: ArrayWindow,
  keys: ElementKeys | undefined
): readonly SequenceEdit[] {
  const ids = internElements(
    context,
    { elements: a.slice(aStart, aEnd), keys: keys?.a.slice(aStart, aEnd) },
    { elements: b.slice(bStart, bEnd), keys: keys?.b.slice(bStart, bEnd) }
  )
  return exactEdits(ids, context.budget)
}

/** Notes where the elements between edits come from. */
function markKept(alignment: Alignment, edits: readonly SequenceEdit[], keys: ElementKeys | undefined): void {
  const { aStart, origins } = alignment
  let i = 0
  let j = 0
  for (const edit of [...edits, undefined]) {
    for (; j < (edit?.bStart ?? origins.length); i++, j++) {
      setOrigin(alignment, i, j, keys?.a[aStart + i] === undefined ? 0 : CHANGED)
    }
    i = edit?.aEnd ?? i
    j = edit?.bEnd ?? j
  }
}

function leftovers(edits: readonly SequenceEdit[]): Leftovers {
  const gone: number[] = []
  const come: number[] = []
  const goneAlone: boolean[] = []
  const comeAlone: boolean[] = []
  for (const { aStart, aEnd, bStart, bEnd } of edits) {
    for (let i = aStart; i < aEnd; i++) {
      gone.push(i)
      goneAlone.push(bStart === bEnd)
    }
    for (let j = bStart; j < bEnd; j++) {
      come.push(j)
      comeAlone.push(aStart === aEnd)
    }
  }
  return { gone, come, goneAlone, comeAlone }
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
