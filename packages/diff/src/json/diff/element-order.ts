/**
 * Where elements are while an array is rearranged: the slots of a list stay, what is in them moves. Slot 0 is the
 * beginning, slot `i + 1` holds element `i` and behind it whatever was put after it. Both questions and both changes take
 * O(log n), by a tree of partial sums (Fenwick 1994).
 */
export class ElementOrder {
  readonly #sums: Int32Array
  readonly #held: Int32Array

  /** @param present - for each element 1 if it is there, 0 if it was removed before */
  constructor(present: Uint8Array) {
    const size = present.length + 1
    this.#held = new Int32Array(size)
    this.#held.set(present, 1)
    this.#sums = new Int32Array(size + 1)
    for (let slot = 0; slot < size; slot++) this.#sums[slot + 1] = this.#held[slot] ?? 0
    for (let node = 1; node <= size; node++) {
      const parent = node + (node & -node)
      if (parent <= size) this.#sums[parent] = (this.#sums[parent] ?? 0) + (this.#sums[node] ?? 0)
    }
  }

  /** How many elements are in the slots before this one. */
  before(slot: number): number {
    let sum = 0
    for (let node = slot; node > 0; node -= node & -node) sum += this.#sums[node] ?? 0
    return sum
  }

  /** How many elements are in a slot. */
  held(slot: number): number {
    return this.#held[slot] ?? 0
  }

  /** Adds to the number of elements in a slot, or takes away from it. */
  change(slot: number, by: number): void {
    this.#held[slot] = this.held(slot) + by
    for (let node = slot + 1; node < this.#sums.length; node += node & -node) {
      this.#sums[node] = (this.#sums[node] ?? 0) + by
    }
  }
}
