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

/** What was reserved, and is to be waited for. */
export class IntakeTurn {
  readonly cost: IntakeCost
  /** Until the documents, and the commits, are there. */
  #documentsMs: number
  #commitsMs: number
  /** Called when it is there sooner than it was said. */
  onSooner: () => void = () => {}

  constructor(cost: IntakeCost, documentsMs: number, commitsMs: number) {
    this.cost = cost
    this.#documentsMs = documentsMs
    this.#commitsMs = commitsMs
  }

  /** In how many milliseconds it is there; 0: now. */
  get leftMs(): number {
    return Math.max(0, this.#documentsMs, this.#commitsMs)
  }

  /** Less is to be waited for, because time went by, or because who was before it left. */
  shorten(documentsMs: number, commitsMs: number): void {
    this.#documentsMs -= documentsMs
    this.#commitsMs -= commitsMs
  }
}

/**
 * Two token buckets (documents, commits) that are paid in advance: who reserves is told how long to wait, and who comes later waits
 * behind, and moves up when somebody leaves. So in any stretch of time no more is taken than the burst and what the rate allows for it, however
 * many links reserve, and nobody pays for what was never taken.
 */
export class IntakeLimit {
  readonly #documents: TokenBucket
  readonly #commits: TokenBucket
  /** In their order. */
  readonly #waiting = new Set<IntakeTurn>()
  #users = 0

  constructor(time: TimePort, { maxDocumentsPerSecond, maxCommitsPerSecond, burstSeconds }: IntakeRates) {
    this.#documents = new TokenBucket(time, maxDocumentsPerSecond, burstSeconds)
    this.#commits = new TokenBucket(time, maxCommitsPerSecond, burstSeconds)
  }

  /** What to reserve at a time where not all can be had at once. */
  get piece(): IntakeCost {
    return { documents: this.#documents.piece, commits: this.#commits.piece }
  }

  /** Nobody uses it, and nothing was taken for so long that it is as good as new. */
  get isUnused(): boolean {
    return this.#users === 0 && this.#documents.isFull && this.#commits.isFull
  }

  /** Somebody may take of it from now on. To be followed by one `release`. */
  hold(): void {
    this.#users++
  }

  release(): void {
    this.#users--
  }

  /** Whether it could be had without waiting. */
  has({ documents, commits }: IntakeCost): boolean {
    return this.#documents.has(documents) && this.#commits.has(commits)
  }

  /** Takes it, as soon as it is there. What has to be waited for is to be `taken` then, or `leave` is to be called. */
  reserve(cost: IntakeCost): IntakeTurn {
    const turn = new IntakeTurn(
      cost,
      this.#documents.reserve(cost.documents),
      this.#commits.reserve(cost.commits)
    )
    if (turn.leftMs > 0) this.#waiting.add(turn)
    return turn
  }

  /** It was waited for long enough. */
  taken(turn: IntakeTurn): void {
    this.#waiting.delete(turn)
  }

  /** What was reserved is not taken: the connection it came over ended. */
  leave(turn: IntakeTurn): void {
    const documentsMs = this.#documents.giveBack(turn.cost.documents)
    const commitsMs = this.#commits.giveBack(turn.cost.commits)
    const waiting = [...this.#waiting]
    const behind = waiting.slice(waiting.indexOf(turn) + 1)
    this.#waiting.delete(turn)
    for (const other of behind) other.shorten(documentsMs, commitsMs)
    for (const other of behind) other.onSooner()
  }
}
