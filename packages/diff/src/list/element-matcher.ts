import { checkFunction } from "../argument/check-argument.ts"
import { deepEqualJson } from "../json/deep-equal-json.ts"
import { hashJson } from "../json/hash-json.ts"

/** What makes two elements of a list the same. */
export interface ElementMatcher<T> {
  /** Elements with different hashes are different. Compared as `Map` keys. */
  readonly hash: (element: T) => unknown
  /** Decides for elements with equal hashes. */
  readonly equals: (a: T, b: T) => boolean
}

/**
 * How `diffList` compares. Without options: by JSON content (`deepEqualJson`).
 *
 * - `keyOf` — elements are the same when they have the same key, whatever else they hold. Keys are compared as `Map`
 *   keys; use strings or numbers. A key may repeat.
 * - `equals` with `hash` — for elements that are not JSON; equal elements must have equal hashes.
 */
export type ListMatching<T> =
  | { readonly keyOf: (element: T) => unknown; readonly equals?: never; readonly hash?: never }
  | {
      readonly keyOf?: never
      readonly equals: (a: T, b: T) => boolean
      readonly hash: (element: T) => unknown
    }
  | { readonly keyOf?: never; readonly equals?: never; readonly hash?: never }

/** The matcher that some options describe. */
export function elementMatcher<T>(options: ListMatching<T>): ElementMatcher<T> {
  const { keyOf, equals, hash } = options
  if (keyOf !== undefined) {
    checkFunction("keyOf", keyOf)
    return { hash: keyOf, equals: (a, b) => sameKey(keyOf(a), keyOf(b)) }
  }
  if (equals === undefined) return { hash: hashJson, equals: deepEqualJson }
  checkFunction("equals", equals)
  checkFunction("hash", hash)
  return { hash, equals }
}

/** Equality of `Map` keys. */
function sameKey(a: unknown, b: unknown): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b))
}
