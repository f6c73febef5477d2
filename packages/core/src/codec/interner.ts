/** Gives each distinct item a small number, in order of first appearance. */
export class Interner<T> {
  readonly #indexes = new Map<T, number>()

  get size(): number {
    return this.#indexes.size
  }

  /** The items in order of their numbers. */
  get items(): Iterable<T> {
    return this.#indexes.keys()
  }

  indexOf(item: T): number {
    const known = this.#indexes.get(item)
    if (known !== undefined) return known
    this.#indexes.set(item, this.#indexes.size)
    return this.#indexes.size - 1
  }
}
