/**
 * How two sets of events relate: the same set; a strict subset (`before`); a strict superset (`after`); or each with
 * an event the other lacks. `equal` and `concurrent` are never folded into the others.
 */
export type CausalOrder = "equal" | "before" | "after" | "concurrent"
