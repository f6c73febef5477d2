import { checkText } from "../argument/check-argument.ts"
import { searchBudget } from "../sequence/work-budget.ts"
import { editsToSplices } from "./edits-to-splices.ts"
import { textEdits } from "./text-edits.ts"
import type { TextSplice } from "./text-splice.ts"
import { widenToGraphemes } from "./widen-to-graphemes.ts"

/** How {@link diffText} searches. */
export interface DiffTextOptions {
  /**
   * Most search steps to take (see `WorkBudget`), besides a few passes over both texts. With fewer the result is still
   * exact in effect, but longer. Default: 4,194,304, enough for some 1,500 changed code points anywhere in a text.
   */
  readonly maxWork?: number
  /**
   * Whether splices keep to the boundaries of grapheme clusters of both texts, so that none cuts a flag, a family emoji or
   * a letter from its accents. Clusters are those of the runtime's `Intl.Segmenter`. Default: false.
   */
  readonly graphemes?: boolean
}

/**
 * The shortest list of splices that turns `before` into `after`, to be applied one after the other in order.
 *
 * Shortest counts deleted plus inserted code points; among equally short ones, fewer splices are preferred. No splice
 * starts or ends between the halves of a surrogate pair of either text, and no intermediate text has one cut apart. Past
 * `maxWork` it falls back to aligning lines, then words, then to replacing what differs; for the same input and options
 * the result is the same everywhere.
 *
 * With `graphemes`, the splices found are widened to the nearest boundaries of clusters, and joined where they meet.
 *
 * Costs O(N + M) for texts which differ in one place, O((N + M) D) for D changed code points, O(maxWork) at most.
 */
export function diffText(before: string, after: string, options: DiffTextOptions = {}): TextSplice[] {
  checkText("before", before)
  checkText("after", after)
  const budget = searchBudget(options)
  const edits = textEdits(before, after, budget)
  return editsToSplices(options.graphemes === true ? widenToGraphemes(before, after, edits) : edits, after)
}
