import { type SequenceEdit, shiftEdit } from "./sequence-edit.ts"

/**
 * Joins neighbouring edits without making the script longer: a pure insertion or deletion may slide along elements
 * which repeat its own (deleting `abc` in front of `abc` is deleting the second one), and where that closes the gap to a
 * neighbour, two edits become one. Linear: every gap is walked at most twice.
 */
export function slideEdits(edits: readonly SequenceEdit[], a: Int32Array, b: Int32Array): SequenceEdit[] {
  const joined: SequenceEdit[] = []
  for (const edit of edits) {
    const last = joined.at(-1)
    const one = last && joinEdits(last, edit, a, b)
    if (one === undefined) joined.push(edit)
    else joined[joined.length - 1] = one
  }
  return joined
}

function joinEdits(
  first: SequenceEdit,
  second: SequenceEdit,
  a: Int32Array,
  b: Int32Array
): SequenceEdit | undefined {
  const gap = second.aStart - first.aEnd
  if (slides(second, -gap, a, b)) return span(first, shiftEdit(second, -gap, -gap))
  if (slides(first, gap, a, b)) return span(shiftEdit(first, gap, gap), second)
  return undefined
}

function span(first: SequenceEdit, second: SequenceEdit): SequenceEdit {
  return { aStart: first.aStart, aEnd: second.aEnd, bStart: first.bStart, bEnd: second.bEnd }
}

/** Whether `edit` means the same `by` elements further on. */
function slides(edit: SequenceEdit, by: number, a: Int32Array, b: Int32Array): boolean {
  if (edit.bStart === edit.bEnd) return repeats(a, edit.aStart, edit.aEnd, by)
  if (edit.aStart === edit.aEnd) return repeats(b, edit.bStart, edit.bEnd, by)
  return false
}

/** Whether moving the window `[start, end)` by `by` leaves the same elements outside of it. */
function repeats(ids: Int32Array, start: number, end: number, by: number): boolean {
  const [from, width] = by < 0 ? [start + by, end - start] : [start, end - start]
  for (let i = from; i < from + Math.abs(by); i++) {
    if (ids[i] !== ids[i + width]) return false
  }
  return true
}
