import { firstHole } from "../argument/first-hole.ts"
import { isPlainObject } from "./plain-object.ts"

// Deeper levels add nothing to the hash: no stack overflows, and a value containing itself twice is walked 2 ** 16 times
// at most. Elements that differ only further down share a hash, which costs a comparison, since matches are verified.
const MAX_DEPTH = 16

/** Kinds are told apart by what their hash starts from: "" from [], [] from {}, 1 from "1". */
export const seeds: Readonly<Record<"scalar" | "number" | "string" | "array" | "bytes" | "object", number>> =
  {
    scalar: 0x2f,
    number: 0x5a31,
    string: 0x77c9,
    array: 0x1d4b7,
    bytes: 0x3c0e5,
    object: 0x6b8f3
  }

const float = new Float64Array(1)
const words = new Uint32Array(float.buffer)

/**
 * A 32-bit hash of a JSON value's content: values that `deepEqualJson` calls equal have equal hashes. The reverse does
 * not hold, and is easy to defeat on purpose, so a caller compares contents before it relies on a match.
 */
export function hashJson(value: unknown): number {
  return hashValue(value, 0) >>> 0
}

function hashValue(value: unknown, depth: number): number {
  switch (typeof value) {
    case "string":
      return hashString(value)
    case "number":
      return hashNumber(value)
    case "boolean":
      return mix(seeds.scalar, value ? 1 : 2)
    case "object":
      return value === null ? mix(seeds.scalar, 3) : hashObject(value, depth)
    default:
      return seeds.scalar
  }
}

function hashObject(value: object, depth: number): number {
  if (depth > MAX_DEPTH) return 0
  if (Array.isArray(value)) {
    let hash = seeds.array
    if (firstHole(value) !== -1) return hash
    for (const element of value) hash = mix(hash, hashValue(element, depth + 1))
    return hash
  }
  if (value instanceof Uint8Array) return value.reduce(mix, seeds.bytes)
  if (!isPlainObject(value)) return seeds.object
  let sum = 0
  // Summed, because the order of members means nothing.
  for (const key of Object.keys(value))
    sum = (sum + mix(hashString(key), hashValue(value[key], depth + 1))) | 0
  return mix(seeds.object, sum)
}

function hashString(text: string): number {
  let hash = seeds.string
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return mix(hash, text.length)
}

function hashNumber(value: number): number {
  if (Number.isNaN(value)) return seeds.number
  // Adding zero turns -0 into 0.
  float[0] = value + 0
  return mix(mix(seeds.number, words[0] ?? 0), words[1] ?? 0)
}

/** Folds `next` into `hash` so that every bit of either reaches most bits of the result. */
export function mix(hash: number, next: number): number {
  let mixed = Math.imul(hash ^ next, 0x9e3779b1)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca77)
  return (mixed ^ (mixed >>> 13)) + Math.imul(hash, 5)
}
