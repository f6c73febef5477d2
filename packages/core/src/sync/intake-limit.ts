import type { TimePort } from "../ports/ports.ts"
import { TokenBucket } from "./token-bucket.ts"

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
