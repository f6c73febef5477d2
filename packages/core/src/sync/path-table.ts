/**
 * Values by path (see `SyncScope`), found by what lies within the path. Prefixes are looked up by the lengths there are, so that an id of many
 * slashes, which costs its writer nothing, costs no more here than another.
 */
export class PathTable<V> {
  readonly #values = new Map<string, V>()
  /** How many prefixes have each length; and these lengths, ascending, where they are known. */
  readonly #prefixes = new Map<number, number>()
  #lengths: readonly number[] | undefined

  get size(): number {
    return this.#values.size
  }

  get(path: string): V | undefined {
    return this.#values.get(path)
  }

  values(): Iterable<V> {
    return this.#values.values()
  }

  set(path: string, value: V): void {
    if (!this.#values.has(path)) this.#count(path, 1)
    this.#values.set(path, value)
  }

  delete(path: string): void {
    if (this.#values.delete(path)) this.#count(path, -1)
  }

  /** The widest path that a document or path lies within, itself included. */
  widest(text: string): string | undefined {
    const [first] = this.#above(text)
    return first
  }

  /** The values of all paths that a document or path lies within, widest first. */
  *allAbove(text: string): Generator<V, void> {
    for (const path of this.#above(text)) yield this.#values.get(path) as V
  }

  *#above(text: string): Generator<string, void> {
    const first = text.indexOf("/")
    const collection = first < 0 ? text : text.slice(0, first)
    if (this.#values.has(collection)) yield collection
    if (first < 0) return
    this.#lengths ??= [...this.#prefixes.keys()].sort((a, b) => a - b)
    for (const length of this.#lengths) {
      if (length > text.length) break
      if (text[length - 1] !== "/") continue
      const prefix = text.slice(0, length)
      if (this.#values.has(prefix)) yield prefix
    }
    if (!text.endsWith("/") && this.#values.has(text)) yield text
  }

  #count(path: string, change: 1 | -1): void {
    if (!path.endsWith("/")) return
    const count = (this.#prefixes.get(path.length) ?? 0) + change
    if (count === 0) this.#prefixes.delete(path.length)
    else this.#prefixes.set(path.length, count)
    this.#lengths = undefined
  }
}
