import type { Step } from "./locate.ts"

/**
 * A part of a document that a patch reads or writes. Paths count in the document as it was before the whole patch.
 *
 * - `read`, `write`: the value at `path` with everything in it. Several writes may be of one value; what the patch itself
 *   brought in is no part of the document, and writing in there touches nothing.
 * - `insert`: new elements in the array at `path`, somewhere between the elements `after - 1` and `before` of it; those two
 *   are not touched. The numbers differ by more than 0 only if the elements between them are removed as well.
 */
export type PatchTouch = ValueTouch | InsertTouch

/** A value read or written. */
export interface ValueTouch {
  readonly access: "read" | "write"
  readonly path: string
  /** Index of the operation in the patch. */
  readonly operation: number
}

/** Elements inserted into the array at `path`. */
export interface InsertTouch {
  readonly access: "insert"
  readonly path: string
  readonly after: number
  readonly before: number
  /** Index of the operation in the patch. */
  readonly operation: number
}

/** A touch while it is being traced back through earlier operations. */
export interface TracedTouch {
  readonly access: "read" | "write" | "insert"
  /** For an insertion, the array. */
  readonly path: readonly Step[]
  readonly after: number
  readonly before: number
}
