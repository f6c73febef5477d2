import type { RandomPort } from "../ports/ports.ts"

/**
 * Draws so many of a stream of unknown length, each as likely as any other (Li, 1994: algorithm L). Once full it draws
 * random numbers only for what it takes in, some `capacity · ln(length / capacity)` times.
 */
export class Reservoir<Item> {
  readonly #capacity: number
  readonly #random: RandomPort
  readonly #items: Item[] = []
  #seen = 0
  /** The greatest of the random keys in the reservoir, if keys were drawn. */
  #bar = 1
  /** How many to let pass before the next is taken in. */
  #skip = 0

  constructor(capacity: number, random: RandomPort) {
    this.#capacity = capacity
    this.#random = random
  }

  /** How many were offered. */
  get seen(): number {
    return this.#seen
  }

  /** The drawn ones, in no order that says anything. */
  get items(): readonly Item[] {
    return this.#items
  }

  offer(item: Item): void {
    this.#seen++
    if (this.#items.length < this.#capacity) {
      this.#items.push(item)
      if (this.#items.length === this.#capacity) this.#raise()
    } else if (this.#skip > 0) this.#skip--
    else {
      this.#items[Math.floor(this.#fraction() * this.#capacity)] = item
      this.#raise()
    }
  }

  #raise(): void {
    this.#bar *= Math.exp(Math.log(this.#fraction()) / this.#capacity)
    this.#skip = Math.floor(Math.log(this.#fraction()) / Math.log1p(-this.#bar))
  }

  /** Above 0 and below 1, in 48 bits. */
  #fraction(): number {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = this.#random.bytes(6)
    return (((((a * 256 + b) * 256 + c) * 256 + d) * 256 + e) * 256 + f + 0.5) / 2 ** 48
  }
}
