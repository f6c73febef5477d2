import type { SequenceEdit } from "../../sequence/sequence-edit.ts"
import type { DiffContext } from "./diff-context.ts"
import { exactEdits } from "./exact-edits.ts"
import { CLEARLY_SIMILAR, labelOf, similarity } from "./similarity.ts"

// Comparing each with each beats everything else, for as long as it is quick.
const MAX_TABLE = 2500
// What similarity is worth against pairing at all, which saves an operation.
const SIMILARITY_WEIGHT = 8

/**
 * Pairs elements that went with elements that came in the same gap of an alignment, for one to be edited into the other:
 * in order on both sides, as many as possible, alike ones where they can be had. Calls `pair` with positions in the two
 * lists.
 */
export function pairSimilar(
  context: DiffContext,
  gone: readonly unknown[],
  come: readonly unknown[],
  pair: (gone: number, come: number) => void
): void {
  if (gone.length === come.length && gone.every((a, i) => similarity(a, come[i]) >= CLEARLY_SIMILAR)) {
    pairInOrder(0, gone.length, 0, come.length, pair)
  } else if (gone.length * come.length <= MAX_TABLE && context.budget.spend(lookSteps(gone.length, come))) {
    pairByTable(gone, come, pair)
  } else {
    pairByLabel(context, gone, come, pair)
  }
}

/** What it takes to look at each of `come` that often: its members are listed each time. */
function lookSteps(times: number, come: readonly unknown[]): number {
  return come.reduce((sum: number, element) => sum + times * widthOf(element), 0)
}

function widthOf(element: unknown): number {
  return typeof element === "object" && element !== null ? Object.keys(element).length + 1 : 1
}

function pairInOrder(
  goneStart: number,
  goneEnd: number,
  comeStart: number,
  comeEnd: number,
  pair: (gone: number, come: number) => void
): void {
  const count = Math.min(goneEnd - goneStart, comeEnd - comeStart)
  for (let i = 0; i < count; i++) pair(goneStart + i, comeStart + i)
}

/** The pairing of highest total, by the textbook table of a weighted alignment. */
function pairByTable(
  gone: readonly unknown[],
  come: readonly unknown[],
  pair: (gone: number, come: number) => void
): void {
  const width = come.length + 1
  const best = new Float64Array((gone.length + 1) * width)
  const gains = new Float64Array(gone.length * come.length)
  for (let i = gone.length - 1; i >= 0; i--) {
    for (let j = come.length - 1; j >= 0; j--) {
      const gain = 1 + SIMILARITY_WEIGHT * similarity(gone[i], come[j])
      gains[i * come.length + j] = gain
      best[i * width + j] = Math.max(
        gain + (best[(i + 1) * width + j + 1] ?? 0),
        best[(i + 1) * width + j] ?? 0,
        best[i * width + j + 1] ?? 0
      )
    }
  }
  let i = 0
  let j = 0
  while (i < gone.length && j < come.length) {
    const total = best[i * width + j] ?? 0
    if (total === (gains[i * come.length + j] ?? 0) + (best[(i + 1) * width + j + 1] ?? 0)) pair(i++, j++)
    else if (total === best[(i + 1) * width + j]) i++
    else j++
  }
}

/** Where there are too many to compare each with each: those with equal labels, and between them by position. */
function pairByLabel(
  { budget }: DiffContext,
  gone: readonly unknown[],
  come: readonly unknown[],
  pair: (gone: number, come: number) => void
): void {
  const idByLabel = new Map<unknown, number>()
  let unlabelled = gone.length + come.length
  const idOf = (element: unknown): number => {
    const label = labelOf(element)
    const id = label === undefined ? unlabelled++ : (idByLabel.get(label) ?? idByLabel.size)
    if (label !== undefined) idByLabel.set(label, id)
    return id
  }
  const a = Int32Array.from(gone, idOf)
  const b = Int32Array.from(come, idOf)
  const edits = exactEdits({ a, b, distinct: unlabelled }, budget)
  const end = { aStart: gone.length, aEnd: gone.length, bStart: come.length, bEnd: come.length }
  let last: SequenceEdit = { aStart: 0, aEnd: 0, bStart: 0, bEnd: 0 }
  for (const edit of [...edits, end]) {
    pairInOrder(last.aEnd, edit.aStart, last.bEnd, edit.bStart, pair)
    pairInOrder(edit.aStart, edit.aEnd, edit.bStart, edit.bEnd, pair)
    last = edit
  }
}
