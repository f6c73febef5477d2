import type { TimePort } from "../ports/ports.ts"

/** Pieces in which what has to wait is taken, of a second's worth: small ones, so that it flows. */
const pieceOfSecond = 0.1

/** So much a second, and what was not used for some seconds at once. */
export class TokenBucket {
  /** What to reserve at a time where not all can be had at once. */
  readonly piece: number
  readonly #time: TimePort
  readonly #perMs: number
  readonly #capacity: number
  /** Below zero: so much is reserved and not there yet. */
  #tokens: number
  #atMs: number

  constructor(time: TimePort, perSecond: number, burstSeconds: number) {
    // Slower ones would be none: what is under way would time out. NaN counts as the slowest. With an infinite one nothing could be reckoned.
    const rate = perSecond >= 1 ? Math.min(perSecond, Number.MAX_SAFE_INTEGER) : 1
    this.#time = time
    this.#perMs = rate / 1_000
    this.#capacity = burstSeconds >= 1 ? rate * burstSeconds : rate
    this.piece = Math.max(1, Math.floor(rate * pieceOfSecond))
    this.#tokens = this.#capacity
    this.#atMs = time.nowMs()
  }

  /** Nothing was used for the whole time. */
  get isFull(): boolean {
    this.#fill()
    return this.#tokens >= this.#capacity
  }

  /** Whether it could be had without waiting. */
  has(cost: number): boolean {
    this.#fill()
    return cost <= this.#tokens
  }

  /** Takes it, and says in how many milliseconds it is there. */
  reserve(cost: number): number {
    this.#fill()
    this.#tokens -= cost
    return this.#tokens >= 0 ? 0 : Math.ceil(-this.#tokens / this.#perMs)
  }

  /** What was reserved is not taken. Says by how many milliseconds what was reserved after it is there sooner. */
  giveBack(cost: number): number {
    this.#fill()
    this.#tokens = Math.min(this.#capacity, this.#tokens + cost)
    return cost / this.#perMs
  }

  /** A clock that was set back gives nothing until it goes on, and takes nothing away. */
  #fill(): void {
    const nowMs = this.#time.nowMs()
    this.#tokens = Math.min(this.#capacity, this.#tokens + Math.max(0, nowMs - this.#atMs) * this.#perMs)
    this.#atMs = nowMs
  }
}
