import { diffError } from "../../error/diff-error.ts"
import { type Container, isContainer, type Members, setMember } from "./container.ts"

/** What counts as a value, and how much of it there may be. */
export interface ValueRules {
  /** Whether `Uint8Array`s are values. */
  readonly bytes: boolean
  /** Whether texts and names with lone surrogates are refused. */
  readonly wellFormed: boolean
  readonly maxDepth: number
  /** For everything one copier copies, counted as in `JsonPatchLimits.maxValues`. */
  readonly maxValues: number
  /** As `JsonPatchLimits.maxShifts`. */
  readonly maxShifts: number
}

/**
 * Copies the values a patch brings, and counts what it costs, against one budget for all of it. Copying keeps results free of aliases and costs little more
 * than the check that values are JSON. Iterative, so depth costs no stack; a value containing itself ends at the depth limit.
 */
export class ValueCopier {
  readonly #rules: ValueRules
  readonly #pending: Pending[] = []
  #spent = 0
  #shifted = 0

  constructor(rules: ValueRules) {
    this.#rules = rules
  }

  /** A copy sharing nothing with `value`. Throws `json-patch-value-invalid` and `json-patch-limit`. */
  copy(value: unknown): unknown {
    const copied = this.#begin(value, 1)
    // Last in, first out: whatever contains itself runs straight into the depth limit.
    for (let next = this.#pending.pop(); next !== undefined; next = this.#pending.pop()) {
      if (Array.isArray(next.source)) this.#copyElements(next.source, next.target as unknown[], next.depth)
      else this.#copyMembers(next.source, next.target as Members, next.depth)
    }
    return copied
  }

  /** Counts elements, or code units of a text, that an operation is about to move. Throws `json-patch-limit`. */
  shift(elements: number): void {
    this.#shifted += elements
    const { maxShifts } = this.#rules
    if (this.#shifted <= maxShifts) return
    throw diffError(
      "json-patch-limit",
      `the patch moves more than ${maxShifts} elements by a place; split it or raise maxShifts`
    )
  }

  #copyElements(source: readonly unknown[], target: unknown[], depth: number): void {
    for (let i = 0; i < source.length; i++) target.push(this.#begin(source[i], depth + 1))
  }

  #copyMembers(source: Members, target: Members, depth: number): void {
    for (const name of Object.keys(source)) {
      if (this.#rules.wellFormed) this.#checkText(name)
      setMember(target, name, this.#begin(source[name], depth + 1))
    }
  }

  /** The copy of a scalar, or the empty copy of a container whose content is still to come. */
  #begin(value: unknown, depth: number): unknown {
    this.#spend(1)
    if (typeof value === "object" && value !== null) return this.#beginObject(value, depth)
    if (typeof value === "string") {
      this.#spend(value.length >>> 6)
      if (this.#rules.wellFormed) this.#checkText(value)
    } else if (value === undefined || !isJsonScalar(value)) throw this.#noJson(value)
    return value
  }

  #beginObject(value: object, depth: number): unknown {
    if (isContainer(value)) {
      if (depth > this.#rules.maxDepth) throw this.#tooDeep()
      const target: Container = Array.isArray(value) ? [] : {}
      this.#pending.push({ source: value, target, depth })
      return target
    }
    if (!(value instanceof Uint8Array) || !this.#rules.bytes) throw this.#noJson(value)
    this.#spend(value.length >>> 6)
    return new Uint8Array(value)
  }

  #spend(values: number): void {
    this.#spent += values
    if (this.#spent > this.#rules.maxValues) throw this.#tooMuch()
  }

  #checkText(text: string): void {
    if (text.isWellFormed()) return
    throw diffError(
      "json-patch-value-invalid",
      "a text holds half a surrogate pair; replace it by U+FFFD or the pair"
    )
  }

  #noJson(value: unknown): Error {
    const kind =
      typeof value === "object" && value !== null ? Object.prototype.toString.call(value) : String(value)
    return diffError(
      "json-patch-value-invalid",
      `a value holds ${kind.slice(0, 60)}, which JSON cannot; leave it out or turn it into JSON`
    )
  }

  #tooDeep(): Error {
    const { maxDepth } = this.#rules
    return diffError(
      "json-patch-limit",
      `a value nests deeper than ${maxDepth} levels, or contains itself; send it in parts, or raise maxValueDepth`
    )
  }

  #tooMuch(): Error {
    const { maxValues } = this.#rules
    return diffError(
      "json-patch-limit",
      `its values and copies hold more than the maxValues of ${maxValues}; split the patch or raise that`
    )
  }
}

interface Pending {
  readonly source: Container
  readonly target: Container
  readonly depth: number
}

function isJsonScalar(value: unknown): boolean {
  return value === null || typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value))
}
