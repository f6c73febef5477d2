import { fullLimits } from "../../argument/full-limits.ts"
import { diffError } from "../../error/diff-error.ts"

/** What a patch may hold and cost. A patch beyond is `json-patch-limit`. */
export interface JsonPatchLimits {
  /** Operations. Default 1,000,000. */
  readonly maxOperations?: number
  /** Code units of one path. Default 1,000,000. */
  readonly maxPathLength?: number
  /** Tokens of one path. Default 10,000. */
  readonly maxPathDepth?: number
  /** Arrays and objects around any part of one value. Default 10,000. */
  readonly maxValueDepth?: number
  /**
   * Everything the values of the patch consist of, and what its `copy` operations copy: scalars, arrays and objects count
   * one each, texts one more for every 64 code units. Default 10,000,000.
   */
  readonly maxValues?: number
  /**
   * Elements that insertions and removals in arrays move by one place, and code units of the texts that `splice` operations
   * edit, altogether; a text counts once for operations that follow one another, also with others in between that leave it
   * alone. Default 20,000,000,000: 200,000 insertions at the head of one array, in a few seconds, or half a minute of splices in turns over
   * many long texts.
   */
  readonly maxShifts?: number
  /**
   * Pairs of operations that `rebasePatch` and `touches` compare; with long paths they count one more for every 64
   * tokens. Default 20,000,000.
   */
  readonly maxPairs?: number
}

/** The limits in force, every one of them stated. */
export type FullJsonPatchLimits = Required<JsonPatchLimits>

// Depths are what `deepEqualJson` can compare; the other numbers leave room for anything a person or a program edits
// at once, and end a hostile patch within seconds and a gigabyte.
const defaults: FullJsonPatchLimits = {
  maxOperations: 1_000_000,
  maxPathLength: 1_000_000,
  maxPathDepth: 10_000,
  maxValueDepth: 10_000,
  maxValues: 10_000_000,
  maxShifts: 20_000_000_000,
  maxPairs: 20_000_000
}

/** Limits with the defaults filled in. Throws `argument-invalid` for one that is no number. */
export function patchLimits(limits: JsonPatchLimits | undefined): FullJsonPatchLimits {
  return fullLimits(defaults, limits)
}

/** Throws `json-patch-limit` for more pairs of operations than allowed. */
export function checkPairs(pairs: number, limit: number): void {
  if (pairs <= limit) return
  throw diffError(
    "json-patch-limit",
    `${pairs} pairs of operations to compare are over the maxPairs of ${limit}; raise it, or take the patch in parts`
  )
}
