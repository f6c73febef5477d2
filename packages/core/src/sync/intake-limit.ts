import type { TimePort } from "../ports/ports.ts"

/** How much may come in, over a link or over all links of one account. */
export interface IntakeRates {
  readonly maxDocumentsPerSecond: number
  readonly maxCommitsPerSecond: number
  /** What was not used for so long may come at once. */
  readonly burstSeconds: number
}

/** What is to be taken. A document counts in each batch that has something of it. */
export interface IntakeCost {
  readonly documents: number
  readonly commits: number
}

/** Pieces in which what has to wait is taken, of a second's worth: small ones, so that it flows. */
const pieceOfSecond = 0.1

/**
 * Two token buckets (documents, commits) that are paid in advance: who reserves is told how long to wait, and who comes later waits
 * behind. So in any stretch of time no more is taken than the burst and what the rate allows for it, however many links reserve.
 */
export class IntakeLimit {
  readonly #documents: TokenBucket
  readonly #commits: TokenBucket

  constructor(time: TimePort, { maxDocumentsPerSecond, maxCommitsPerSecond, burstSeconds }: IntakeRates) {
    this.#documents = new TokenBucket(time, maxDocumentsPerSecond, burstSeconds)
    this.#commits = new TokenBucket(time, maxCommitsPerSecond, burstSeconds)
  }

  /** What to reserve at a time where not all can be had at once. */
  get piece(): IntakeCost {
    return { documents: this.#documents.piece, commits: this.#commits.piece }
  }

  /** Nothing was taken for so long that it is as good as new. */
  get isUnused(): boolean {
    return this.#documents.isFull && this.#commits.isFull
  }

  /** Whether it could be had without waiting. */
  has({ documents, commits }: IntakeCost): boolean {
    return this.#documents.has(documents) && this.#commits.has(commits)
  }

  /** Takes it, and says in how many milliseconds it is there. */
  reserve({ documents, commits }: IntakeCost): number {
    return Math.max(this.#documents.reserve(documents), this.#commits.reserve(commits))
  }
}

class TokenBucket {
  readonly piece: number
  readonly #time: TimePort
  readonly #perMs: number
  readonly #capacity: number
  /** Below zero: so much is reserved and not there yet. */
  #tokens: number
  #atMs: number

  constructor(time: TimePort, perSecond: number, burstSeconds: number) {
    // Slower ones would be none: what is under way would time out. NaN counts as the slowest.
    const rate = perSecond >= 1 ? perSecond : 1
    this.#time = time
    this.#perMs = rate / 1_000
    this.#capacity = burstSeconds >= 1 ? rate * burstSeconds : rate
    this.piece = Math.max(1, Math.floor(rate * pieceOfSecond))
    this.#tokens = this.#capacity
    this.#atMs = time.nowMs()
  }

  get isFull(): boolean {
    this.#fill()
    return this.#tokens >= this.#capacity
  }

  has(cost: number): boolean {
    this.#fill()
    return cost <= this.#tokens
  }

  reserve(cost: number): number {
    this.#fill()
    this.#tokens -= cost
    return this.#tokens >= 0 ? 0 : Math.ceil(-this.#tokens / this.#perMs)
  }

  /** A clock that was set back gives nothing until it goes on, and takes nothing away. */
  #fill(): void {
    const nowMs = this.#time.nowMs()
    this.#tokens = Math.min(this.#capacity, this.#tokens + Math.max(0, nowMs - this.#atMs) * this.#perMs)
    this.#atMs = nowMs
  }
}
