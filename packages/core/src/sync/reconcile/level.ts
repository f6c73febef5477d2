/**
 * How what differs in one collection is found. `list`: the side with fewer documents lists all it has, for a handful of
 * them. `rateless`: a rateless IBLT over 8-byte ids. `ranges`: range-based reconciliation over the same ids. `merkle`:
 * descent of the Merkle tree, exact whatever ids collide.
 */
export type SyncLevel = "list" | "rateless" | "ranges" | "merkle"

/** Levels from the cheapest to the surest; their places are their numbers in frames. */
export const levels: readonly SyncLevel[] = ["list", "rateless", "ranges", "merkle"]

/** Fewer documents than this are listed: about 20 bytes each, where the first cells of a sketch are 545. */
const maxListed = 16

/** The level after this one, if there is any. */
export function nextLevel(level: SyncLevel): SyncLevel | undefined {
  return levels[levels.indexOf(level) + 1]
}

/** The surer of two levels. */
export function surerLevel(a: SyncLevel | undefined, b: SyncLevel): SyncLevel {
  return a === undefined || levels.indexOf(a) < levels.indexOf(b) ? b : a
}

/** Whether one level is no surer than another. */
export function isAtMost(a: SyncLevel, b: SyncLevel): boolean {
  return levels.indexOf(a) <= levels.indexOf(b)
}

/** A collection both sides have, with different roots; how many documents each has there, if it said so. */
export interface DifferentUnit {
  readonly collection: string
  readonly ours: number | undefined
  readonly theirs: number | undefined
}

/**
 * The level to begin with. At least `floor`; no sketch where the mere numbers of documents show that it would take more
 * than `maxCells`.
 */
export function firstLevel({ ours, theirs }: DifferentUnit, floor: SyncLevel, maxCells: number): SyncLevel {
  const [fewer, apart] =
    ours === undefined || theirs === undefined
      ? [Number.POSITIVE_INFINITY, 0]
      : [Math.min(ours, theirs), Math.abs(ours - theirs)]
  if (floor === "list" && fewer <= maxListed) return "list"
  return surerLevel(floor, apart > maxCells / 1.2 ? "ranges" : "rateless")
}
