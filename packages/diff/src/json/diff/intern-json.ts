import type { SequencePair } from "../../sequence/shingles.ts"
import { type DiffContext, sameOnBudget } from "./diff-context.ts"
import { isJsonScalar } from "./same-json.ts"

/** Stretches of two arrays. */
export interface ArrayWindow {
  readonly a: readonly unknown[]
  readonly b: readonly unknown[]
  readonly aStart: number
  readonly aEnd: number
  readonly bStart: number
  readonly bEnd: number
}

/** Keys of elements by index, or none at all. */
export interface ElementKeys {
  readonly a: readonly (string | undefined)[]
  readonly b: readonly (string | undefined)[]
}

// A quick hash that is wrong about more than one pair in eight is not worth its speed.
const FAILURES_AT_LEAST = 64

/**
 * Gives elements of both windows equal ids when they have the same key, or, having none, the same content. Elements meet
 * by hash and are then compared, always. Should the quick hash make too many meet that are different, the full one is
 * used; should that fail too (only malice makes it), elements count as new once the budget is spent.
 */
export function internJson(
  context: DiffContext,
  window: ArrayWindow,
  keys: ElementKeys | undefined
): SequencePair {
  const { aStart, aEnd, bStart, bEnd } = window
  const most = FAILURES_AT_LEAST + ((aEnd - aStart + bEnd - bStart) >> 3)
  const quick = new Interner(context, context.hashes.quick, most)
  return (
    quick.pair(window, keys) ??
    new Interner(context, context.hashes.full, Infinity).pair(window, keys) ??
    NONE
  )
}

const NONE: SequencePair = { a: new Int32Array(0), b: new Int32Array(0), distinct: 0 }

class Interner {
  readonly #context: DiffContext
  readonly #hash: (value: unknown) => number
  #failuresLeft: number
  readonly #idByKey = new Map<string, number>()
  readonly #idByScalar = new Map<unknown, number>()
  /** Last id met under a hash; `#earlier` leads on to those before it. */
  readonly #idByHash = new Map<number, number>()
  readonly #earlier: number[] = []
  readonly #known: unknown[] = []

  constructor(context: DiffContext, hash: (value: unknown) => number, mostFailures: number) {
    this.#context = context
    this.#hash = hash
    this.#failuresLeft = mostFailures
  }

  /** Undefined when too many comparisons failed. */
  pair(
    { a, b, aStart, aEnd, bStart, bEnd }: ArrayWindow,
    keys: ElementKeys | undefined
  ): SequencePair | undefined {
    const inA = this.#side(a, aStart, aEnd, keys?.a)
    const inB = this.#side(b, bStart, bEnd, keys?.b)
    return this.#failuresLeft < 0 ? undefined : { a: inA, b: inB, distinct: this.#known.length }
  }

  #side(
    elements: readonly unknown[],
    start: number,
    end: number,
    keys: readonly (string | undefined)[] | undefined
  ): Int32Array {
    const ids = new Int32Array(end - start)
    for (let i = start; i < end && this.#failuresLeft >= 0; i++) {
      const key = keys?.[i]
      ids[i - start] =
        key === undefined ? this.#byContent(elements[i]) : this.#byIdentity(this.#idByKey, key, elements[i])
    }
    return ids
  }

  #byContent(element: unknown): number {
    if (typeof element !== "object" || element === null) {
      // What is no JSON is like nothing, itself included, so that it ends where it is refused.
      return isJsonScalar(element)
        ? this.#byIdentity(this.#idByScalar, element, element)
        : this.#new(element, -1)
    }
    const hash = this.#hash(element)
    const last = this.#idByHash.get(hash) ?? -1
    for (let id = last; id >= 0 && this.#failuresLeft >= 0; id = this.#earlier[id] ?? -1) {
      if (this.#context.budget.remaining === 0) break
      if (sameOnBudget(this.#context, this.#known[id], element)) return id
      this.#failuresLeft--
    }
    this.#idByHash.set(hash, this.#known.length)
    return this.#new(element, last)
  }

  #byIdentity<K>(ids: Map<K, number>, key: K, element: unknown): number {
    const id = ids.get(key)
    if (id !== undefined) return id
    ids.set(key, this.#known.length)
    return this.#new(element, -1)
  }

  #new(element: unknown, earlier: number): number {
    this.#earlier.push(earlier)
    return this.#known.push(element) - 1
  }
}
