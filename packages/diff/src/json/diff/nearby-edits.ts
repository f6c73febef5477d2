import type { SequenceEdit } from "../../sequence/sequence-edit.ts"
import type { ArrayWindow } from "./array-window.ts"
import { type DiffContext, sameOnBudget } from "./diff-context.ts"
import { CLEARLY_SIMILAR, labelOf, similarity } from "./similarity.ts"

// Two dozen comparisons, most of which end at the first member, cost less than hashing a few elements.
const MAX_REACH = 6

/** Gaps of an alignment, and where it was given up: from there on nothing is aligned. */
export interface NearbyEdits {
  readonly gaps: readonly SequenceEdit[]
  /** Elements of `b` outside of the gaps that stay where they are, but were edited. */
  readonly edited: readonly number[]
  readonly aStop: number
  readonly bStop: number
}

/**
 * Walks two windows side by side; where elements differ and are no versions of one record, goes on at the nearest two
 * pairs of equal ones, or versions, that follow each other. What people do to an array (an element comes, goes, is
 * edited) is found in one pass of comparisons, without hashing anything.
 *
 * Given up where nothing is found nearby, and at elements that are no containers: those are cheap to intern, and so like
 * one another that the nearest match means little. Positions count from the windows' starts.
 */
export function nearbyEdits(context: DiffContext, window: ArrayWindow): NearbyEdits {
  const { a, b, aStart, aEnd, bStart, bEnd } = window
  const gaps: SequenceEdit[] = []
  const edited: number[] = []
  let i = aStart
  let j = bStart
  while (i < aEnd && j < bEnd) {
    const same = sameOnBudget(context, a[i], b[j])
    if (same || isVersion(window, i, j)) {
      if (!same) edited.push(j - bStart)
      i++
      j++
      continue
    }
    const reach = isContainer(a[i]) && isContainer(b[j]) ? nearestPair(context, window, i, j) : undefined
    if (reach === undefined) return { gaps, edited, aStop: i - aStart, bStop: j - bStart }
    gaps.push({
      aStart: i - aStart,
      aEnd: i + reach.a - aStart,
      bStart: j - bStart,
      bEnd: j + reach.b - bStart
    })
    i += reach.a
    j += reach.b
  }
  return { gaps, edited, aStop: i - aStart, bStop: j - bStart }
}

/** Whether two elements look alike and have one label, which the elements after them do not have. */
function isVersion({ a, b, aEnd, bEnd }: ArrayWindow, i: number, j: number): boolean {
  const label = labelOf(a[i])
  if (label === undefined || label !== labelOf(b[j])) return false
  const repeats =
    (i + 1 < aEnd && labelOf(a[i + 1]) === label) || (j + 1 < bEnd && labelOf(b[j + 1]) === label)
  return !repeats && similarity(a[i], b[j]) >= CLEARLY_SIMILAR
}

function nearestPair(
  context: DiffContext,
  window: ArrayWindow,
  i: number,
  j: number
): { readonly a: number; readonly b: number } | undefined {
  const { a, b, aEnd, bEnd } = window
  const matches = (p: number, q: number): boolean =>
    sameOnBudget(context, a[i + p], b[j + q]) || isVersion(window, i + p, j + q)
  for (let reach = 1; reach <= MAX_REACH; reach++) {
    for (let p = 0; p <= reach; p++) {
      const q = reach - p
      if (i + p + 1 >= aEnd || j + q + 1 >= bEnd || !matches(p, q)) continue
      if (matches(p + 1, q + 1)) return { a: p, b: q }
    }
  }
  return undefined
}

function isContainer(value: unknown): boolean {
  return typeof value === "object" && value !== null
}
