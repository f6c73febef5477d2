import { firstHole } from "../argument/first-hole.ts"
import { diffError } from "../error/diff-error.ts"
import { isPlainObject } from "./plain-object.ts"

// JSON.stringify overflows the stack in this region, so no deeper value was ever written as JSON.
const MAX_DEPTH = 10_000

/**
 * Whether two JSON values have the same content. Members are compared regardless of their order.
 *
 * Decisions where JSON leaves room:
 * - `0` equals `-0`: numbers are equal when numerically equal (RFC 6902, 4.6), and both are written `0` by most writers.
 * - `NaN`, which is no JSON, equals itself, so that comparing a value with its copy never reports a change.
 * - A member that is `undefined` differs from a missing one.
 * - `Uint8Array`s, which documents may hold, are compared by content.
 * - Other objects (`Date`, `Map`, functions, arrays of more than 2^22 elements with holes) have no JSON content and equal only themselves.
 *
 * Only own members count: a member called `__proto__` or `constructor` is a member like any other. Needs no recursion,
 * so depth costs no stack; throws `json-too-deep` past 10,000 levels, which is also how a value containing itself ends.
 */
export function deepEqualJson(a: unknown, b: unknown): boolean {
  if (sameScalar(a, b)) return true
  const pending: Pairs = { a: [a], b: [b], depth: [0] }
  while (pending.a.length > 0) {
    const left = pending.a.pop()
    const right = pending.b.pop()
    const depth = pending.depth.pop() ?? 0
    if (sameScalar(left, right)) continue
    if (depth > MAX_DEPTH) {
      throw diffError("json-too-deep", `a value nests deeper than ${MAX_DEPTH} levels, or contains itself`)
    }
    if (!sameShape(left, right, pending, depth + 1)) return false
  }
  return true
}

/** What remains to be compared. */
interface Pairs {
  readonly a: unknown[]
  readonly b: unknown[]
  readonly depth: number[]
}

function sameScalar(a: unknown, b: unknown): boolean {
  return a === b || Object.is(a, b)
}

/** Compares two values one level deep and queues their children; false when they differ already. */
function sameShape(a: unknown, b: unknown, pending: Pairs, depth: number): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && sameLengths(a, b, pending, depth)
  }
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    return a instanceof Uint8Array && b instanceof Uint8Array && sameBytes(a, b)
  }
  return isPlainObject(a) && isPlainObject(b) && sameKeys(a, b, pending, depth)
}

function sameLengths(a: readonly unknown[], b: readonly unknown[], pending: Pairs, depth: number): boolean {
  if (a.length !== b.length || firstHole(a) !== -1 || firstHole(b) !== -1) return false
  for (let i = 0; i < a.length; i++) {
    // Scalars need no queue; most arrays and objects hold little else.
    if (!queue(a[i], b[i], pending, depth)) return false
  }
  return true
}

function sameKeys(
  a: Readonly<Record<string, unknown>>,
  b: Readonly<Record<string, unknown>>,
  pending: Pairs,
  depth: number
): boolean {
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  for (const key of keys) {
    if (!Object.hasOwn(b, key) || !queue(a[key], b[key], pending, depth)) return false
  }
  return true
}

function queue(a: unknown, b: unknown, pending: Pairs, depth: number): boolean {
  if (sameScalar(a, b)) return true
  if (typeof a !== "object" || typeof b !== "object") return false
  pending.a.push(a)
  pending.b.push(b)
  pending.depth.push(depth)
  return true
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
