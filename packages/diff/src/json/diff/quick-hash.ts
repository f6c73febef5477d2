import { mix, seeds } from "../hash-json.ts"
import { isPlainObject } from "../plain-object.ts"

/** How elements meet before they are compared: the first is quick, the second more discerning. */
export interface JsonHashes {
  readonly quick: (value: unknown) => number
  readonly full: (value: unknown) => number
}

// Enough to tell apart the records of a list, few enough to cost less than comparing two of them.
const MAX_ELEMENTS = 8
const MAX_MEMBERS = 32

/**
 * A hash of some of a value's content: equal values have equal hashes, different ones often enough. Looks at texts and
 * numbers one level deep: at the first elements of an array, at all members of an object that is not large, at a few
 * units of a text.
 */
export function quickHash(value: unknown): number {
  if (typeof value !== "object" || value === null) return hashLeaf(value)
  if (Array.isArray(value)) {
    let hash = hashLeaf(value)
    const looked = Math.min(value.length, MAX_ELEMENTS)
    for (let i = 0; i < looked; i++) hash = mix(hash, hashLeaf(value[i]))
    return hash
  }
  if (!isPlainObject(value)) return seeds.scalar
  const keys = Object.keys(value)
  // Which ones to leave out would depend on their order, which means nothing; hence the sum, too.
  if (keys.length > MAX_MEMBERS) return mix(seeds.object, keys.length)
  let sum = 0
  for (const key of keys) sum = (sum + mix(key.length, hashLeaf(value[key]))) | 0
  return mix(sum, keys.length)
}

function hashLeaf(value: unknown): number {
  if (typeof value === "string") return hashText(value)
  // Nearly all numbers are integers or have few decimals.
  if (typeof value === "number") return mix(seeds.number, (value * 1000) | 0)
  if (Array.isArray(value)) return mix(seeds.array, value.length)
  return value === true ? 1 : typeof value === "object" && value !== null ? seeds.object : seeds.scalar
}

/** Looks at both ends, where names that are numbered differ, and at the middle. */
function hashText(text: string): number {
  const { length } = text
  if (length < 8) {
    let hash = length
    for (let i = 0; i < length; i++) hash = Math.imul(hash, 31) + text.charCodeAt(i)
    return hash | 0
  }
  // No sum reaches 2³¹.
  const head = text.charCodeAt(0) + text.charCodeAt(1) * 31 + text.charCodeAt(2) * 961
  const middle = text.charCodeAt(length >> 1) + text.charCodeAt((length >> 1) + 1) * 31
  const tail =
    text.charCodeAt(length - 1) +
    text.charCodeAt(length - 2) * 31 +
    text.charCodeAt(length - 3) * 961 +
    text.charCodeAt(length - 4) * 29791
  return mix(mix(head, middle + length), tail)
}
