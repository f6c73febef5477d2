import { splitsPair } from "./code-points.ts"

/** Lengths of what two texts share at their ends, in code units; the two never overlap. */
export interface CommonEnds {
  readonly prefix: number
  readonly suffix: number
}

// Engines compare equal stretches of this length far faster than a loop does; the last one is walked unit by unit.
const STRIDE = 2048

/** Finds the longest common prefix, then the longest common suffix of the rest, without splitting a surrogate pair. */
export function commonEnds(before: string, after: string): CommonEnds {
  const most = Math.min(before.length, after.length)
  let prefix = 0
  while (prefix + STRIDE <= most && sameStretch(before, prefix, after, prefix)) prefix += STRIDE
  while (prefix < most && before.charCodeAt(prefix) === after.charCodeAt(prefix)) prefix++
  if (splitsPair(before, prefix) || splitsPair(after, prefix)) prefix--
  let beforeEnd = before.length
  let afterEnd = after.length
  const least = beforeEnd - most + prefix
  while (beforeEnd - STRIDE >= least && sameStretch(before, beforeEnd - STRIDE, after, afterEnd - STRIDE)) {
    beforeEnd -= STRIDE
    afterEnd -= STRIDE
  }
  while (beforeEnd > least && before.charCodeAt(beforeEnd - 1) === after.charCodeAt(afterEnd - 1)) {
    beforeEnd--
    afterEnd--
  }
  const split = splitsPair(before, beforeEnd) || splitsPair(after, afterEnd)
  return { prefix, suffix: before.length - beforeEnd - (split ? 1 : 0) }
}

function sameStretch(before: string, beforeFrom: number, after: string, afterFrom: number): boolean {
  return before.slice(beforeFrom, beforeFrom + STRIDE) === after.slice(afterFrom, afterFrom + STRIDE)
}
