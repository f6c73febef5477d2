import type { TimePort } from "../ports/ports.ts"
import type { Frame } from "./frame.ts"
import { TokenBucket } from "./token-bucket.ts"

/**
 * Comparisons a peer may begin: one costs it a few bytes, and the other side a pass over its indexes and all roots told again. Honest ones
 * follow each other over four levels, then wait for seconds.
 */
const roundsPerSecond = 1
const burstSeconds = 32

/** Watches how often a peer begins a comparison. */
export class RoundLimit {
  readonly #bucket: TokenBucket
  #newest = 0

  constructor(time: TimePort) {
    this.#bucket = new TokenBucket(time, roundsPerSecond, burstSeconds)
  }

  /** Whether a frame of the peer's is within what it may begin. */
  takes(frame: Frame): boolean {
    if (frame.kind !== "roots" || frame.round <= this.#newest) return true
    this.#newest = frame.round
    return this.#bucket.has(1) && this.#bucket.reserve(1) === 0
  }
}
