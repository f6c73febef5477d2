import { splitsPair } from "./code-points.ts"

/** Lengths of what two texts share at their ends, in code units; the two never overlap. */
export interface CommonEnds {
  readonly prefix: number
  readonly suffix: number
}

// Engines compare long equal stretches far faster than a loop does; below this length the loop is quicker.
const SHORTEST_STRETCH = 64

/** Finds the longest common prefix, then the longest common suffix of the rest, without splitting a surrogate pair. */
export function commonEnds(before: string, after: string): CommonEnds {
  const most = Math.min(before.length, after.length)
  let prefix = longStretch(most, (from, to) => before.slice(from, to) === after.slice(from, to))
  while (prefix < most && before.charCodeAt(prefix) === after.charCodeAt(prefix)) prefix++
  if (splitsPair(before, prefix) || splitsPair(after, prefix)) prefix--
  const [b, a] = [before.length, after.length]
  let suffix = longStretch(
    most - prefix,
    (from, to) => before.slice(b - to, b - from) === after.slice(a - to, a - from)
  )
  while (suffix < most - prefix && before.charCodeAt(b - suffix - 1) === after.charCodeAt(a - suffix - 1))
    suffix++
  if (splitsPair(before, b - suffix) || splitsPair(after, a - suffix)) suffix--
  return { prefix, suffix }
}

/** A length up to `most` that is equal, short of the longest one by less than the shortest stretch. */
function longStretch(most: number, isEqual: (from: number, to: number) => boolean): number {
  let length = 0
  // Strides double while stretches are equal and halve when one is not: about three comparisons a doubling.
  for (let stride = SHORTEST_STRETCH; stride >= SHORTEST_STRETCH; ) {
    const equal = length + stride <= most && isEqual(length, length + stride)
    if (equal) length += stride
    stride = equal ? stride * 2 : stride >> 1
  }
  return length
}
