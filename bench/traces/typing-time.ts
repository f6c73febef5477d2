import type { Ports } from "@syncline/core"
import { seededRandom } from "../harness/seeded-random.ts"

/** Between two keys of somebody typing: 60 to 360 ms. */
const shortestMs = 60
const spreadMs = 300

/**
 * A clock that moves by one keystroke whenever it is read. Commits made within one millisecond have stamps that
 * compress to nothing; typed ones have not, and it is those whose size is stated.
 */
export function typingTime(seed = 1): Ports["time"] {
  const random = seededRandom(seed)
  let now = Date.UTC(2026, 0, 1)
  return {
    nowMs: () => {
      now += shortestMs + Math.floor(random() * spreadMs)
      return now
    }
  }
}
