import type { TimePort } from "../ports/ports.ts"
import { maxBytesPerSecond } from "./presence-limits.ts"

/** How much presence one connection brings. Beyond a bound it is dropped: the next renewal brings it again. */
export class IncomingRate {
  readonly #time: TimePort
  #sinceMs = Number.NEGATIVE_INFINITY
  #bytes = 0

  constructor(time: TimePort) {
    this.#time = time
  }

  /** Whether a frame of this size is still within the bound. */
  takes(bytes: number): boolean {
    const nowMs = this.#time.nowMs()
    // A clock that was set back begins a new second, too.
    if (nowMs < this.#sinceMs || nowMs - this.#sinceMs >= 1_000) {
      this.#sinceMs = nowMs
      this.#bytes = 0
    }
    this.#bytes += bytes
    return this.#bytes <= maxBytesPerSecond
  }
}
