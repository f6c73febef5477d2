import type { SequenceEdit } from "../sequence/sequence-edit.ts"
import type { SequencePair } from "../sequence/sequence-pair.ts"
import { slideEdits } from "../sequence/slide-edits.ts"
import { codePoints, unitsBetween } from "./code-points.ts"

/** The code points of two texts. */
export function codePointPair(before: string, after: string): SequencePair {
  return { a: codePoints(before), b: codePoints(after), distinct: 0x110000 }
}

/** Edits of code points joined where that costs nothing, in code units. */
export function pointsToUnits(edits: readonly SequenceEdit[], { a, b }: SequencePair): SequenceEdit[] {
  const inA = unitCounter(a)
  const inB = unitCounter(b)
  return slideEdits(edits, a, b).map(edit => ({
    aStart: inA(edit.aStart),
    aEnd: inA(edit.aEnd),
    bStart: inB(edit.bStart),
    bEnd: inB(edit.bEnd)
  }))
}

/** Code units before a code point; asked for in ascending order, so that all answers together cost one pass. */
function unitCounter(points: Int32Array): (point: number) => number {
  let done = 0
  let units = 0
  return point => {
    units += unitsBetween(points, done, point)
    done = point
    return units
  }
}
