import type { WorkBudget } from "../../sequence/work-budget.ts"
import { editsToSplices } from "../../text/edits-to-splices.ts"
import { textEdits } from "../../text/text-edits.ts"
import type { TextSplice } from "../../text/text-splice.ts"

// A document with many texts leaves some of the budget to each of them.
const SHARE = 0.5

/** The splices that turn one text into another, within a share of the budget. */
export function textSplices(before: string, after: string, budget: WorkBudget): TextSplice[] {
  return editsToSplices(
    budget.within(SHARE, share => textEdits(before, after, share)),
    after
  )
}
