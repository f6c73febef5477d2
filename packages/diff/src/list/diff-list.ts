import { checkList } from "../argument/check-argument.ts"
import { anchoredEdits } from "../sequence/anchored-edits.ts"
import { type SequenceEdit, shiftEdit } from "../sequence/sequence-edit.ts"
import { shortestEdits } from "../sequence/shortest-edits.ts"
import { slideEdits } from "../sequence/slide-edits.ts"
import { searchBudget, type WorkBudget } from "../sequence/work-budget.ts"
import { type ElementMatcher, elementMatcher, type ListMatching } from "./element-matcher.ts"
import { internElements } from "./intern-elements.ts"
import type { ListRun } from "./list-run.ts"

/** How {@link diffList} compares and searches. */
export type DiffListOptions<T> = ListMatching<T> & {
  /** Most search steps to take, besides a few passes over both lists. Default: 4,194,304. */
  readonly maxWork?: number
}

// Half for the exact attempt leaves as much to align the rest when it fails.
const EXACT_SHARE = 0.5

/**
 * The shortest script that turns `before` into `after`: the fewest elements deleted plus inserted, and among equally
 * short ones fewer runs are preferred. Elements are equal by JSON content unless the options say otherwise; elements
 * with equal hashes are always compared, so that no collision passes for a match.
 *
 * Equal lists give one copy, empty lists nothing. Past `maxWork` elements that occur once on either side align the rest,
 * and what still does not fit is replaced; the same input and options give the same result everywhere.
 *
 * Costs one comparison per element at the common ends, a hash per element between them, and O((N + M) D) steps.
 */
export function diffList<T>(
  before: readonly T[],
  after: readonly T[],
  options: DiffListOptions<T> = {}
): ListRun<T>[] {
  checkList("before", before)
  checkList("after", after)
  const budget = searchBudget(options)
  const edits = listEdits(before, after, elementMatcher(options), budget)
  return editsToRuns(edits, before.length, after)
}

/** The edits behind {@link diffList}, on a budget the caller can look into afterwards. */
export function listEdits<T>(
  before: readonly T[],
  after: readonly T[],
  matcher: ElementMatcher<T>,
  budget: WorkBudget
): readonly SequenceEdit[] {
  const most = Math.min(before.length, after.length)
  let start = 0
  while (start < most && matcher.equals(before[start] as T, after[start] as T)) start++
  let end = 0
  while (end < most - start && matcher.equals(before.at(-1 - end) as T, after.at(-1 - end) as T)) end++
  const ids = internElements(
    before.slice(start, before.length - end),
    after.slice(start, after.length - end),
    matcher,
    budget
  )
  const shortest = budget.within(EXACT_SHARE, share => shortestEdits(ids.a, ids.b, share))
  const edits = shortest ?? anchoredEdits(ids, ids, budget)
  return slideEdits(edits, ids.a, ids.b).map(edit => shiftEdit(edit, start, start))
}

function editsToRuns<T>(edits: readonly SequenceEdit[], length: number, after: readonly T[]): ListRun<T>[] {
  const runs: ListRun<T>[] = []
  let before = 0
  let at = 0
  const copy = (count: number): void => {
    if (count > 0) runs.push({ kind: "copy", before, after: at, count })
    before += count
    at += count
  }
  for (const { aStart, aEnd, bStart, bEnd } of edits) {
    copy(aStart - before)
    if (aEnd > aStart) runs.push({ kind: "delete", before, after: at, count: aEnd - aStart })
    before = aEnd
    const values = after.slice(bStart, bEnd)
    if (values.length > 0) runs.push({ kind: "insert", before, after: at, count: values.length, values })
    at = bEnd
  }
  copy(length - before)
  return runs
}
