import { deepEqualJson } from "../deep-equal-json.ts"
import { isPlainObject } from "../plain-object.ts"

// Below this, recursion is what is quick; what nests deeper is left to the comparison that needs no stack.
const MAX_RECURSION = 200

/** Whether a value that is no container can be written as JSON. Objects are left to those who look inside. */
export function isJsonScalar(value: unknown): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
    case "object":
      return true
    case "number":
      return value - value === 0
    default:
      return false
  }
}

/** Compares JSON values as `deepEqualJson` does, counts its steps, and never finds what is no JSON equal to anything. */
export class JsonComparer {
  #steps = 0

  /** Containers and elements looked at so far. */
  get steps(): number {
    return this.#steps
  }

  same(a: unknown, b: unknown): boolean {
    return this.#same(a, b, MAX_RECURSION)
  }

  #same(a: unknown, b: unknown, left: number): boolean {
    if (a === b) return isJsonScalar(a)
    if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false
    if (left === 0) return deepEqualJson(a, b)
    if (Array.isArray(a)) return Array.isArray(b) && this.#sameElements(a, b, left - 1)
    return !Array.isArray(b) && isPlainObject(a) && isPlainObject(b) && this.#sameMembers(a, b, left - 1)
  }

  #sameElements(a: readonly unknown[], b: readonly unknown[], left: number): boolean {
    this.#steps++
    if (a.length !== b.length) return false
    for (let i = 0; i < a.length; i++) {
      this.#steps++
      if (!this.#same(a[i], b[i], left)) return false
    }
    return true
  }

  #sameMembers(
    a: Readonly<Record<string, unknown>>,
    b: Readonly<Record<string, unknown>>,
    left: number
  ): boolean {
    const keys = Object.keys(a)
    const others = Object.keys(b)
    this.#steps += keys.length + 1
    if (keys.length !== others.length) return false
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] ?? ""
      // Members mostly come in the same order on both sides; then no search is needed to know that `b` has one.
      if (key !== others[i] && !Object.hasOwn(b, key)) return false
      if (!this.#same(a[key], b[key], left)) return false
    }
    return true
  }
}
