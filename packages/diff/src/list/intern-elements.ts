import type { SequencePair } from "../sequence/sequence-pair.ts"
import type { WorkBudget } from "../sequence/work-budget.ts"
import type { ElementMatcher } from "./element-matcher.ts"

// A collision among honest elements is rare enough to cost this much; a list full of them is stopped after 2 ** 14.
const COLLISION_STEPS = 256

/**
 * Gives equal elements of both lists equal ids, below `distinct`. Elements meet by hash and are then compared, so an id
 * is never shared by different ones.
 *
 * Comparisons that find a difference are booked on the budget. Once it is spent (many different elements under one
 * hash, which only malice makes) elements not found yet count as new: the script grows longer, never wrong.
 */
export function internElements<T>(
  before: readonly T[],
  after: readonly T[],
  { hash, equals }: ElementMatcher<T>,
  budget: WorkBudget
): SequencePair {
  const idsByHash = new Map<unknown, number[]>()
  const known: T[] = []
  const intern = (element: T): number => {
    const key = hash(element)
    const candidates = idsByHash.get(key) ?? []
    for (const id of candidates) {
      if (budget.remaining === 0) break
      if (equals(known[id] as T, element)) return id
      budget.spend(COLLISION_STEPS)
    }
    candidates.push(known.length)
    idsByHash.set(key, candidates)
    return known.push(element) - 1
  }
  const a = Int32Array.from(before, intern)
  const b = Int32Array.from(after, intern)
  return { a, b, distinct: known.length }
}
