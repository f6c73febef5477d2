/**
 * Orders records of one document in a sink: generation first, then projection version, then height.
 * All are safe integers.
 */
export interface OrderKey {
  /** Belongs to the sink; raised when a store behind it is restored, adopted by every writer. */
  readonly generation: number
  /** Rises when the mapping changes. */
  readonly projection: number
  /** The document version's height. */
  readonly height: number
}

/** Negative when `a` is older than `b`, 0 when equal, positive when newer. */
export function compareOrderKeys(a: OrderKey, b: OrderKey): number {
  return a.generation - b.generation || a.projection - b.projection || a.height - b.height
}
