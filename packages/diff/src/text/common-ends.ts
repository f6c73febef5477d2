import { splitsPair } from "./code-points.ts"

/** Lengths of what two texts share at their ends, in code units; the two never overlap. */
export interface CommonEnds {
  readonly prefix: number
  readonly suffix: number
}

/** Finds the longest common prefix, then the longest common suffix of the rest, without splitting a surrogate pair. */
export function commonEnds(before: string, after: string): CommonEnds {
  const most = Math.min(before.length, after.length)
  let prefix = 0
  while (prefix < most && before.charCodeAt(prefix) === after.charCodeAt(prefix)) prefix++
  if (splitsPair(before, prefix) || splitsPair(after, prefix)) prefix--
  let suffix = 0
  let beforeEnd = before.length
  let afterEnd = after.length
  while (suffix < most - prefix && before.charCodeAt(beforeEnd - 1) === after.charCodeAt(afterEnd - 1)) {
    suffix++
    beforeEnd--
    afterEnd--
  }
  if (splitsPair(before, beforeEnd) || splitsPair(after, afterEnd)) suffix--
  return { prefix, suffix }
}
