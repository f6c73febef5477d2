import type { SequencePair } from "../../sequence/sequence-pair.ts"
import { type DiffContext, sameOnBudget } from "./diff-context.ts"
import { isJsonScalar } from "./same-json.ts"

/** Elements to intern, with their keys if they have any. */
export interface KeyedElements {
  readonly elements: readonly unknown[]
  readonly keys: readonly (string | undefined)[] | undefined
}

// A quick hash that is wrong about more than one pair in eight is not worth its speed.
const FAILURES_AT_LEAST = 64

/**
 * Gives elements of both sides equal ids when they have the same key, or, having none, the same content. Elements meet by
 * hash and are then compared, always. Should the quick hash make too many meet that are different, the full one is used;
 * should that fail too (only malice makes it), elements count as new once the budget is spent.
 */
export function internElements(context: DiffContext, a: KeyedElements, b: KeyedElements): SequencePair {
  const most = FAILURES_AT_LEAST + ((a.elements.length + b.elements.length) >> 3)
  const quick = new Interner(context, context.hashes.quick, most)
  const pair = quick.pair(a, b)
  if (!quick.failed) return pair
  return new Interner(context, context.hashes.full, Infinity).pair(a, b)
}

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

  /** Whether too many comparisons failed; what came of it is of no use then. */
  get failed(): boolean {
    return this.#failuresLeft < 0
  }

  pair(a: KeyedElements, b: KeyedElements): SequencePair {
    const inA = this.#side(a)
    const inB = this.#side(b)
    return { a: inA, b: inB, distinct: this.#known.length }
  }

  #side({ elements, keys }: KeyedElements): Int32Array {
    const ids = new Int32Array(elements.length)
    for (let i = 0; i < elements.length && !this.failed; i++) {
      const key = keys?.[i]
      ids[i] =
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
    for (let id = last; id >= 0 && !this.failed; id = this.#earlier[id] ?? -1) {
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
