import { isPlainObject } from "../plain-object.ts"

/** How elements meet before they are compared: the first is quick, the second more discerning. */
export interface JsonHashes {
  readonly quick: (value: unknown) => number
  readonly full: (value: unknown) => number
}

// Enough to tell apart the records of a list, few enough to cost less than comparing two of them.
const MAX_DEPTH = 2
const MAX_MEMBERS = 16
const MAX_UNITS = 24

const seeds = {
  array: 0x3c6ef372,
  object: 0x1f83d9ab,
  text: 0x5be0cd19,
  number: 0x2545f491,
  other: 0x9b05688c
}

/**
 * A hash of some of a value's content: equal values have equal hashes, different ones often enough. Looks at two levels,
 * at the first elements and the last, at no members of a large object and at a sample of a long text.
 */
export function quickHash(value: unknown): number {
  return hashValue(value, 0)
}

function hashValue(value: unknown, depth: number): number {
  if (typeof value === "string") return hashText(value)
  // Integers, most numbers, are their own hash; adding zero turns -0 into 0.
  if (typeof value === "number") return mix(seeds.number, (value * 64) | 0)
  if (typeof value !== "object" || value === null) return value === true ? 1 : seeds.other
  if (Array.isArray(value)) return hashElements(value, depth)
  return isPlainObject(value) ? hashMembers(value, depth) : seeds.other
}

function hashElements(elements: readonly unknown[], depth: number): number {
  const { length } = elements
  let hash = mix(seeds.array, length)
  if (depth === MAX_DEPTH) return hash
  const head = Math.min(length, MAX_MEMBERS >> 1)
  for (let i = 0; i < head; i++) hash = mix(hash, hashValue(elements[i], depth + 1))
  for (let i = Math.max(head, length - head); i < length; i++)
    hash = mix(hash, hashValue(elements[i], depth + 1))
  return hash
}

function hashMembers(object: Readonly<Record<string, unknown>>, depth: number): number {
  const keys = Object.keys(object)
  const hash = mix(seeds.object, keys.length)
  if (depth === MAX_DEPTH || keys.length > MAX_MEMBERS) return hash
  let sum = 0
  // Summed, because the order of members means nothing.
  for (const key of keys) sum = (sum + mix(hashText(key), hashValue(object[key], depth + 1))) | 0
  return mix(hash, sum)
}

function hashText(text: string): number {
  const { length } = text
  let hash = seeds.text ^ length
  const step = length <= MAX_UNITS ? 1 : Math.trunc(length / MAX_UNITS)
  for (let at = 0; at < length; at += step) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  // Names that are numbered differ at their end.
  return Math.imul(hash ^ text.charCodeAt(length - 1), 0x85ebca6b)
}

function mix(hash: number, next: number): number {
  const mixed = Math.imul(hash ^ next, 0x9e3779b1)
  return (mixed ^ (mixed >>> 15)) + Math.imul(hash, 5)
}
