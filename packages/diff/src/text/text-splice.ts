/**
 * One replaced stretch of a text, in UTF-16 code units.
 *
 * Splices are listed in ascending order and mean *sequential application*: each `index` counts in the text that the
 * splices before it have left. Since all of those lie to its left, `index` is also the position in the final text where
 * `insert` ends up. So a list can be handed to an editor or CRDT one by one, as is.
 */
export interface TextSplice {
  /** Where, counted in the text as the earlier splices left it. */
  readonly index: number
  /** Code units removed from there on. */
  readonly remove: number
  /** Text put in their place; may be empty. */
  readonly insert: string
}
