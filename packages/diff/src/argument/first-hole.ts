// Walking over this many holes takes a tenth of a second, looking for one as long as copying the array.
const LONG = 2 ** 22

/**
 * The first index of a very long array that nothing is at; -1 for one without holes, and for one of up to four million
 * elements. No more is looked at than is in memory: the four thousand million places that an array can claim in a few
 * bytes take minutes to walk.
 */
export function firstHole(array: readonly unknown[]): number {
  if (array.length <= LONG) return -1
  let at = 0
  while (at in array) at++
  return at === array.length ? -1 : at
}
