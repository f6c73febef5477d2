/** Large enough that a seek touches few blocks, small enough that shifting one costs less than the seek. */
const maxBlock = 512

interface Block<K, V> {
  readonly keys: K[]
  readonly values: V[]
}

/**
 * A map that iterates in key order and seeks in O(log n): the index of stores that have no database below them.
 * Sorted blocks of at most 512 entries, so that an insert shifts one block instead of everything.
 */
export class OrderedMap<K, V> {
  readonly #compare: (a: K, b: K) => number
  readonly #blocks: Block<K, V>[] = []
  #size = 0

  /** `compare` must be a total order over the keys. */
  constructor(compare: (a: K, b: K) => number) {
    this.#compare = compare
  }

  get size(): number {
    return this.#size
  }

  get(key: K): V | undefined {
    const block = this.#blocks[this.#blockFor(key)]
    if (block === undefined) return undefined
    const at = this.#slotFor(block, key)
    const found = block.keys[at]
    return found !== undefined && this.#compare(found, key) === 0 ? block.values[at] : undefined
  }

  set(key: K, value: V): void {
    const index = this.#blockFor(key)
    const block = this.#blocks[index]
    if (block === undefined) {
      this.#blocks.push({ keys: [key], values: [value] })
      this.#size = 1
      return
    }
    const at = this.#slotFor(block, key)
    const found = block.keys[at]
    if (found !== undefined && this.#compare(found, key) === 0) {
      block.values[at] = value
      return
    }
    this.#size++
    if (block.keys.length < maxBlock) insert(block, at, key, value)
    else this.#overflow(index, block, at, key, value)
  }

  /** Whether the key was there. */
  delete(key: K): boolean {
    const index = this.#blockFor(key)
    const block = this.#blocks[index]
    if (block === undefined) return false
    const at = this.#slotFor(block, key)
    const found = block.keys[at]
    if (found === undefined || this.#compare(found, key) !== 0) return false
    block.keys.splice(at, 1)
    block.values.splice(at, 1)
    if (block.keys.length === 0) this.#blocks.splice(index, 1)
    this.#size--
    return true
  }

  /** Entries in key order, strictly after `after`, all without it. The map must not change meanwhile. */
  *entries(after?: K): IterableIterator<[K, V]> {
    let index = after === undefined ? 0 : this.#blockFor(after)
    const first = this.#blocks[index]
    let at = after === undefined || first === undefined ? 0 : this.#slotFor(first, after)
    for (; index < this.#blocks.length; index++, at = 0) {
      const block = this.#blocks[index] as Block<K, V>
      for (; at < block.keys.length; at++) {
        const key = block.keys[at] as K
        if (after === undefined || this.#compare(key, after) > 0) yield [key, block.values[at] as V]
      }
    }
  }

  /** The last block that begins at or before `key`; the first one for keys before everything. */
  #blockFor(key: K): number {
    let low = 0
    let high = this.#blocks.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      const begin = this.#blocks[middle]?.keys[0] as K
      if (this.#compare(begin, key) <= 0) low = middle
      else high = middle - 1
    }
    return low
  }

  /** Index of the first entry at or after `key`. */
  #slotFor({ keys }: Block<K, V>, key: K): number {
    let low = 0
    let high = keys.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#compare(keys[middle] as K, key) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Splits a full block; at the very end it only begins a new one, so that ascending keys fill blocks. */
  #overflow(index: number, block: Block<K, V>, at: number, key: K, value: V): void {
    const last = index === this.#blocks.length - 1 && at === maxBlock
    const cut = last ? maxBlock : maxBlock >>> 1
    const upper: Block<K, V> = { keys: block.keys.splice(cut), values: block.values.splice(cut) }
    this.#blocks.splice(index + 1, 0, upper)
    if (at > cut || last) insert(upper, at - cut, key, value)
    else insert(block, at, key, value)
  }
}

function insert<K, V>(block: Block<K, V>, at: number, key: K, value: V): void {
  block.keys.splice(at, 0, key)
  block.values.splice(at, 0, value)
}
