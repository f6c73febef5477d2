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
 * The elements an array holds while it is rearranged that some new element could be a copy of. Looks at every element
 * once; only worth it when something large comes in.
 */
export class CopySources {
  readonly #context: DiffContext
  readonly #alignment: Alignment
  readonly #order: ElementOrder
  /** By the hash of each wanted element. */
  readonly #sources = new Map<number, Source[]>()
  /** Sources inside of the window, by index in it. */
  readonly #inWindow = new Map<number, Source>()

  constructor(context: DiffContext, alignment: Alignment, order: ElementOrder, wanted: readonly unknown[]) {
    this.#context = context
    this.#alignment = alignment
    this.#order = order
    for (const value of wanted) this.#sources.set(context.hashes.quick(value), [])
    const { a, aStart, aEnd, taken } = alignment
    for (let i = 0; i < a.length; i++) {
      const inside = i >= aStart && i < aEnd
      if (inside && taken[i - aStart] === 0) continue
      const sources = this.#sources.get(context.hashes.quick(a[i]))
      if (sources === undefined) continue
      const source = this.#source(i)
      sources.push(source)
      if (inside) this.#inWindow.set(i - aStart, source)
    }
  }

  /** Index at which an element equal to `value` is now; -1 if there is none, or none was found within the budget. */
  find(value: unknown): number {
    const sources = this.#sources.get(this.#context.hashes.quick(value)) ?? []
    for (const source of sources.slice(0, MAX_TRIES)) {
      if (this.#context.budget.remaining === 0) return -1
      if (!sameOnBudget(this.#context, source.value, value)) continue
      return this.#alignment.aStart + this.#order.before(source.slot) + source.offset
    }
    return -1
  }

  /** Notes that `value` is about to be put behind what a slot holds. */
  put(value: unknown, slot: number): void {
    const source = { value, slot, offset: this.#order.held(slot) }
    this.#sources.get(this.#context.hashes.quick(value))?.push(source)
  }

  /** Notes that element `at` of the window is about to be put behind what a slot holds. */
  moved(at: number, slot: number): void {
    const source = this.#inWindow.get(at)
    if (source === undefined) return
    source.slot = slot
    source.offset = this.#order.held(slot)
  }

  /** Elements before the window count back from its first slot, those after it on from its last. */
  #source(i: number): Source {
    const { a, aStart, aEnd } = this.#alignment
    const value = a[i]
    if (i < aStart) return { value, slot: 0, offset: i - aStart }
    return i < aEnd
      ? { value, slot: i - aStart + 1, offset: 0 }
      : { value, slot: aEnd - aStart + 1, offset: i - aEnd }
  }
}
