// Slots of three words: both halves of the id, and its hash made odd, so that 0 is an empty slot.
const WORDS = 3
const FIRST_SLOTS = 16
// Linear probing stays at about two probes a hit up to here.
const MAX_LOAD = 0.7

/**
 * A set of ids in one flat array, 17 to 34 bytes an id. The caller passes a hash that peers cannot choose: ids themselves
 * may be theirs, and open addressing by them could be driven to linear time.
 */
export class IdTable {
  #slots = new Int32Array(FIRST_SLOTS * WORDS)
  #mask = FIRST_SLOTS - 1
  #size = 0

  /** Number of ids. */
  get size(): number {
    return this.#size
  }

  /** Bytes held. */
  get byteLength(): number {
    return this.#slots.byteLength
  }

  /** Whether the id is there. */
  has(high: number, low: number, hash: number): boolean {
    return this.#slots[this.#find(high, low, hash) * WORDS + 2] !== 0
  }

  /** Adds an id; false if it was there. */
  add(high: number, low: number, hash: number): boolean {
    const slot = this.#find(high, low, hash)
    if (this.#slots[slot * WORDS + 2] !== 0) return false
    this.#put(slot, high, low, hash | 1)
    this.#size++
    if (this.#size > MAX_LOAD * (this.#mask + 1)) this.#grow()
    return true
  }

  /** Removes an id; false if it was not there. */
  delete(high: number, low: number, hash: number): boolean {
    const slot = this.#find(high, low, hash)
    if (this.#slots[slot * WORDS + 2] === 0) return false
    this.#size--
    this.#closeGap(slot)
    return true
  }

  /** Calls `visit` with every id, in no order that means anything. The table must not change meanwhile. */
  forEach(visit: (high: number, low: number) => void): void {
    const slots = this.#slots
    for (let at = 0; at < slots.length; at += WORDS) {
      if (slots[at + 2] !== 0) visit(slots[at] ?? 0, slots[at + 1] ?? 0)
    }
  }

  /** The slot of an id, or the empty one where it would go. */
  #find(high: number, low: number, hash: number): number {
    const slots = this.#slots
    let slot = this.#home(hash | 1)
    for (;;) {
      const at = slot * WORDS
      if (slots[at + 2] === 0 || (slots[at] === high && slots[at + 1] === low)) return slot
      slot = (slot + 1) & this.#mask
    }
  }

  #home(mark: number): number {
    return (mark >>> 1) & this.#mask
  }

  #put(slot: number, high: number, low: number, mark: number): void {
    this.#slots[slot * WORDS] = high
    this.#slots[slot * WORDS + 1] = low
    this.#slots[slot * WORDS + 2] = mark
  }

  /** Moves back what probing would no longer reach past an emptied slot. */
  #closeGap(emptied: number): void {
    const slots = this.#slots
    let gap = emptied
    for (let slot = (gap + 1) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const mark = slots[slot * WORDS + 2] ?? 0
      if (mark === 0) break
      // It may move if its home is not between the gap and where it stands.
      if (((slot - this.#home(mark)) & this.#mask) < ((slot - gap) & this.#mask)) continue
      this.#put(gap, slots[slot * WORDS] ?? 0, slots[slot * WORDS + 1] ?? 0, mark)
      gap = slot
    }
    this.#put(gap, 0, 0, 0)
  }

  #grow(): void {
    const old = this.#slots
    this.#slots = new Int32Array(2 * old.length)
    this.#mask = 2 * this.#mask + 1
    for (let at = 0; at < old.length; at += WORDS) {
      const mark = old[at + 2] ?? 0
      if (mark === 0) continue
      const [high, low] = [old[at] ?? 0, old[at + 1] ?? 0]
      this.#put(this.#find(high, low, mark), high, low, mark)
    }
  }
}
