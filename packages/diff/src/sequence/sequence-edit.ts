/** One replaced region: `a[aStart, aEnd)` becomes `b[bStart, bEnd)`. At least one side is not empty. */
export interface SequenceEdit {
  readonly aStart: number
  readonly aEnd: number
  readonly bStart: number
  readonly bEnd: number
}

/** Appends `edit`, joining it with the last one where the two touch. Empty edits are dropped. */
export function pushEdit(edits: SequenceEdit[], edit: SequenceEdit): void {
  if (edit.aStart === edit.aEnd && edit.bStart === edit.bEnd) return
  const last = edits.at(-1)
  if (last !== undefined && last.aEnd === edit.aStart && last.bEnd === edit.bStart) {
    edits[edits.length - 1] = { aStart: last.aStart, aEnd: edit.aEnd, bStart: last.bStart, bEnd: edit.bEnd }
  } else {
    edits.push(edit)
  }
}

/** The same edit with `aBy` and `bBy` added to its positions. */
export function shiftEdit(edit: SequenceEdit, aBy: number, bBy: number): SequenceEdit {
  return {
    aStart: edit.aStart + aBy,
    aEnd: edit.aEnd + aBy,
    bStart: edit.bStart + bBy,
    bEnd: edit.bEnd + bBy
  }
}
