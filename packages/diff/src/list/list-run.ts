/**
 * One stretch of an edit script between two lists.
 *
 * A script's runs lie end to end: together, copies and deletes cover the old list, copies and inserts the new one, in
 * order. `before` and `after` say where the run begins in either. No two neighbours have the same kind, and a delete
 * comes before an insert at the same place. Applied one by one in order, `after` is the index to edit the list at.
 */
export type ListRun<T> = CopyRun | DeleteRun | InsertRun<T>

/** `count` elements of the old list stay. With `keyOf`, same key: the content may still differ. */
export interface CopyRun {
  readonly kind: "copy"
  readonly before: number
  readonly after: number
  readonly count: number
}

/** `count` elements of the old list go. */
export interface DeleteRun {
  readonly kind: "delete"
  readonly before: number
  readonly after: number
  readonly count: number
}

/** The new list's `values` come in; they are its own elements, not copies. */
export interface InsertRun<T> {
  readonly kind: "insert"
  readonly before: number
  readonly after: number
  readonly count: number
  readonly values: readonly T[]
}
