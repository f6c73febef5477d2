/** A reproducible source of numbers for fuzzing: equal seeds, equal sequences, on every machine. */
export class SeededRandom {
  #state: number

  /** `seed` is taken as 32 bits. */
  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** From 0 up to, not including, 1. Mulberry32 by Tommy Ettinger (public domain): 32 bits of state, enough for tests. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** An integer from 0 up to, not including, `below`. */
  integer(below: number): number {
    return Math.floor(this.next() * below)
  }

  /** Whether an event of that probability happens. */
  chance(probability: number): boolean {
    return this.next() < probability
  }

  /** One of the items, which must not be none. */
  pick<T>(items: readonly T[]): T {
    const item = items[this.integer(items.length)]
    if (item === undefined) throw new RangeError("there is nothing to pick from")
    return item
  }

  /** That many bytes. */
  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.integer(256))
  }
}
