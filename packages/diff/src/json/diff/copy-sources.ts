import type { Alignment } from "./alignment.ts"
import { type DiffContext, sameOnBudget } from "./diff-context.ts"
import type { ElementOrder } from "./element-order.ts"

/** Where an element is: so many places behind the beginning of a slot of an `ElementOrder`. */
interface Source {
  readonly value: unknown
  slot: number
  offset: number
}

// Of elements that share a hash this many are compared; more are hardly ever needed.
const MAX_TRIES = 4

/**
 * The elements an array holds while it is rearranged, to be found by content: what a new element could be a copy of.
 * Hashes all of them once; only worth it when something large comes in.
 */
export class CopySources {
  readonly #context: DiffContext
  readonly #alignment: Alignment
  readonly #order: ElementOrder
  readonly #byHash = new Map<number, Source[]>()
  /** Sources inside of the window, by index in it. */
  readonly #inWindow: (Source | undefined)[] = []

  constructor(context: DiffContext, alignment: Alignment, order: ElementOrder) {
    this.#context = context
    this.#alignment = alignment
    this.#order = order
    const { a, aStart, aEnd, taken } = alignment
    for (let i = 0; i < aStart; i++) this.#register(a[i], 0, i - aStart)
    for (let i = aStart; i < aEnd; i++) {
      const at = i - aStart
      this.#inWindow.push(taken[at] === 1 ? this.#register(a[i], at + 1, 0) : undefined)
    }
    for (let i = aEnd; i < a.length; i++) this.#register(a[i], aEnd - aStart + 1, i - aEnd)
  }

  /** Index at which an element equal to `value` is now; -1 if there is none, or none was found within the budget. */
  find(value: unknown): number {
    const sources = this.#byHash.get(this.#context.hashes.quick(value)) ?? []
    for (const source of sources.slice(0, MAX_TRIES)) {
      if (this.#context.budget.remaining === 0) return -1
      if (!sameOnBudget(this.#context, source.value, value)) continue
      return this.#alignment.aStart + this.#order.before(source.slot) + source.offset
    }
    return -1
  }

  /** Notes that `value` is about to be put behind what a slot holds. */
  put(value: unknown, slot: number): void {
    this.#register(value, slot, this.#order.held(slot))
  }

  /** Notes that element `at` of the window is about to be put behind what a slot holds. */
  moved(at: number, slot: number): void {
    const source = this.#inWindow[at]
    if (source === undefined) return
    source.slot = slot
    source.offset = this.#order.held(slot)
  }

  #register(value: unknown, slot: number, offset: number): Source {
    const source = { value, slot, offset }
    const hash = this.#context.hashes.quick(value)
    const sources = this.#byHash.get(hash)
    if (sources === undefined) this.#byHash.set(hash, [source])
    else sources.push(source)
    return source
  }
}
