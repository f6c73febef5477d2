import type { SequencePair } from "./sequence-pair.ts"

/**
 * Replaces every element by an id for it and its successors, `2 ** doublings` elements in all: what is common alone is
 * rare in company. Exact, not hashed: equal ids mean equal runs. The last elements, which lack successors, drop out.
 */
export function shingles(pair: SequencePair, doublings: number): SequencePair {
  let current = pair
  for (let round = 0; round < doublings; round++) current = joinAt(current, 2 ** round)
  return current
}

/** Ids for the pairs (element, element `distance` further on). */
function joinAt({ a, b, distinct }: SequencePair, distance: number): SequencePair {
  const ids = new Map<number, number>()
  const join = (sequence: Int32Array): Int32Array => {
    const joined = new Int32Array(Math.max(0, sequence.length - distance))
    for (let i = 0; i < joined.length; i++) {
      // Both factors stay far below 2 ** 26, the longest array an engine allows for them being shorter.
      const key = (sequence[i] ?? 0) * distinct + (sequence[i + distance] ?? 0)
      const id = ids.get(key) ?? ids.size
      if (id === ids.size) ids.set(key, id)
      joined[i] = id
    }
    return joined
  }
  const joinedA = join(a)
  return { a: joinedA, b: join(b), distinct: ids.size }
}
