import type { WorkBudget } from "../../sequence/work-budget.ts"
import type { TextSplice } from "../../text/text-splice.ts"

/** Finds the splices between two texts: `diffText` of `@syncline/diff/text`, or one like it. */
export type TextDiff = (
  before: string,
  after: string,
  options: { readonly maxWork: number }
) => readonly TextSplice[]

// A document with many texts leaves some of the budget to each of them.
const SHARE = 0.5

/**
 * The splices that turn one text into another, within a share of the budget. What the search cost is not told, so what it
 * may have cost is booked: both texts for each splice.
 */
export function splicesOnBudget(
  diff: TextDiff,
  before: string,
  after: string,
  budget: WorkBudget
): readonly TextSplice[] {
  const maxWork = Math.floor(budget.remaining * SHARE)
  const splices = diff(before, after, { maxWork })
  budget.spend(Math.min(maxWork, (before.length + after.length) * splices.length))
  return splices
}
