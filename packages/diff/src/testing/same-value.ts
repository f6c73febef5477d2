import { isDeepStrictEqual } from "node:util"

/**
 * As `isDeepStrictEqual`, which in Node 24 fails with a TypeError where one set holds `undefined` and another none, but objects: these
 * differ. For tests.
 */
export function isSameValue(a: unknown, b: unknown): boolean {
  try {
    return isDeepStrictEqual(a, b)
  } catch {
    return false
  }
}
