/** Slots of two words: what is looked up by, and a number plus one, so that 0 is an empty slot. */
const words = 2
const firstSlots = 16
/** Linear probing stays at about two probes a hit up to here. */
const maxLoad = 0.7

/**
 * Numbers under 32-bit words, several under one if need be: 11 to 23 bytes each. Places are salted, for peers may choose
 * the words.
 */
export class NumberTable {
  readonly #salt: number
  #slots = new Int32Array(firstSlots * words)
  #mask = firstSlots - 1
  #size = 0

  /** @param salt any 32 bits that peers do not know. */
  constructor(salt: number) {
    this.#salt = salt
  }

  /** Bytes held. */
  get byteLength(): number {
    return this.#slots.byteLength
  }

  add(word: number, number: number): void {
    if (this.#size + 1 > maxLoad * (this.#mask + 1)) this.#grow()
    this.#put(word, number + 1)
    this.#size++
  }

  /** Takes out what `add` put there. */
  delete(word: number, number: number): void {
    for (let slot = this.#home(word); this.#slots[slot * words + 1] !== 0; slot = this.#next(slot))
      if (this.#slots[slot * words] === word && this.#slots[slot * words + 1] === number + 1) {
        this.#size--
        this.#closeGap(slot)
        return
      }
  }

  /** All numbers under a word, in no order that means anything. */
  get(word: number): number[] {
    const found: number[] = []
    for (let slot = this.#home(word); ; slot = this.#next(slot)) {
      const entry = this.#slots[slot * words + 1] ?? 0
      if (entry === 0) return found
      if (this.#slots[slot * words] === word) found.push(entry - 1)
    }
  }

  #put(word: number, entry: number): void {
    let slot = this.#home(word)
    while (this.#slots[slot * words + 1] !== 0) slot = this.#next(slot)
    this.#slots[slot * words] = word
    this.#slots[slot * words + 1] = entry
  }

  /** Moves back what probing would no longer reach past an emptied slot. */
  #closeGap(emptied: number): void {
    const slots = this.#slots
    let gap = emptied
    for (let slot = this.#next(gap); slots[slot * words + 1] !== 0; slot = this.#next(slot)) {
      const word = slots[slot * words] ?? 0
      if (((slot - this.#home(word)) & this.#mask) < ((slot - gap) & this.#mask)) continue
      slots[gap * words] = word
      slots[gap * words + 1] = slots[slot * words + 1] ?? 0
      gap = slot
    }
    slots[gap * words + 1] = 0
  }

  #grow(): void {
    const old = this.#slots
    this.#slots = new Int32Array(2 * old.length)
    this.#mask = 2 * this.#mask + 1
    for (let at = 0; at < old.length; at += words)
      if (old[at + 1] !== 0) this.#put(old[at] ?? 0, old[at + 1] ?? 0)
  }

  #next(slot: number): number {
    return (slot + 1) & this.#mask
  }

  /** A finalizer of 32-bit hashes, after the salt. */
  #home(word: number): number {
    let mixed = word ^ this.#salt
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85eb_ca6b)
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35)
    return (mixed ^ (mixed >>> 16)) & this.#mask
  }
}
