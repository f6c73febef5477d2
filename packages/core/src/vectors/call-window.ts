/** A call that may not begin yet. */
interface Waiter {
  readonly begin: () => void
}

/**
 * How many calls may be under way at a time: what a service can take is found out by additive increase and multiplicative decrease (Chiu and
 * Jain 1989), as TCP does (RFC 5681). It begins at the most allowed. A call that fails halves it, but for those that had begun before it was last
 * halved; a whole window of calls that went well makes it larger by one, if it was used (RFC 7661).
 */
export class CallWindow {
  readonly #most: number
  #size: number
  #active = 0
  #begun = 0
  /** How many calls had begun when it was last halved. */
  #halvedAt = 0
  readonly #waiting = new Set<Waiter>()

  /** `most`: an integer from 1. */
  constructor(most: number) {
    this.#most = most
    this.#size = most
  }

  /** Calls that may be under way, from 1 to the most allowed. */
  get size(): number {
    return Math.floor(this.#size)
  }

  /** Makes a call as soon as one more may be under way, in the order of asking; `signal` leaves the queue, with its reason. */
  async run<T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> {
    await this.#enter(signal)
    const number = ++this.#begun
    try {
      const answer = await call()
      this.#wentWell()
      return answer
    } catch (error) {
      this.#failed(number)
      throw error
    } finally {
      this.#active--
      this.#admit()
    }
  }

  #wentWell(): void {
    if (this.#active >= this.size) this.#size = Math.min(this.#most, this.#size + 1 / this.#size)
  }

  /** One overload fails many calls: those that began before it was noticed say nothing new. */
  #failed(number: number): void {
    if (number <= this.#halvedAt) return
    this.#size = Math.max(1, this.#size / 2)
    this.#halvedAt = this.#begun
  }

  async #enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.#active < this.size) {
      this.#active++
      return
    }
    const admitted = Promise.withResolvers<void>()
    const waiter = { begin: admitted.resolve }
    const leave = (): void => {
      if (this.#waiting.delete(waiter)) admitted.reject(signal.reason)
    }
    this.#waiting.add(waiter)
    signal.addEventListener("abort", leave, { once: true })
    await admitted.promise.finally(() => signal.removeEventListener("abort", leave))
  }

  #admit(): void {
    for (const waiter of this.#waiting) {
      if (this.#active >= this.size) return
      this.#waiting.delete(waiter)
      this.#active++
      waiter.begin()
    }
  }
}
