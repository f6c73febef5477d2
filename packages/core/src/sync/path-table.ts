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
    return this.#above(text, 1)[0]
  }

  /** The values of all paths that a document or path lies within, widest first. */
  allAbove(text: string): readonly V[] {
    return this.#above(text, Number.POSITIVE_INFINITY).map(path => this.#values.get(path) as V)
  }

  /** At most so many of the paths, widest first. No generator: every commit on a link asks for one path. */
  #above(text: string, most: number): readonly string[] {
    const first = text.indexOf("/")
    const collection = first < 0 ? text : text.slice(0, first)
    const found = this.#values.has(collection) ? [collection] : []
    if (first < 0) return found
    this.#lengths ??= [...this.#prefixes.keys()].sort((a, b) => a - b)
    for (const length of this.#lengths) {
      if (found.length >= most || length > text.length) break
      if (text[length - 1] !== "/") continue
      const prefix = text.slice(0, length)
      if (this.#values.has(prefix)) found.push(prefix)
    }
    if (found.length < most && !text.endsWith("/") && this.#values.has(text)) found.push(text)
    return found
  }

  #count(path: string, change: 1 | -1): void {
    if (!path.endsWith("/")) return
    const count = (this.#prefixes.get(path.length) ?? 0) + change
    if (count === 0) this.#prefixes.delete(path.length)
    else this.#prefixes.set(path.length, count)
    this.#lengths = undefined
  }
}
