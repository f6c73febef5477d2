import type { WorkBudget } from "../../sequence/work-budget.ts"
import type { PatchWriter } from "./patch-writer.ts"
import type { JsonHashes } from "./quick-hash.ts"
import type { JsonComparer } from "./same-json.ts"
import type { TextDiff } from "./text-diff.ts"

/** Reads an element's key, given the JSON Pointer of its array; `undefined` where it has none. */
export type ElementKey = (element: unknown, path: string) => string | undefined

/** What the parts of one run of `diffJson` share. */
export interface DiffContext {
  readonly writer: PatchWriter
  readonly comparer: JsonComparer
  readonly budget: WorkBudget
  readonly hashes: JsonHashes
  readonly moves: boolean
  readonly whole: boolean
  readonly text: TextDiff | undefined
  readonly keyOf: ElementKey | undefined
}

/** Whether two values are the same. Looks that find a difference are booked, as they may have been long and in vain. */
export function sameOnBudget({ comparer, budget }: DiffContext, a: unknown, b: unknown): boolean {
  const before = comparer.steps
  if (comparer.same(a, b)) return true
  budget.spend(comparer.steps - before)
  return false
}
