import { equalBytes } from "#platform"

// Below, words compared here beat a call of the platform's comparison.
const BY_HAND = 128
const LONGEST_STEP = 1 << 20

/** Two versions, with what it takes to compare them anywhere. */
export class VersionPair {
  readonly old: Uint8Array
  readonly next: Uint8Array
  /** Reads words of `old` at any position. */
  readonly oldView: DataView
  /** Reads words of `next` at any position. */
  readonly nextView: DataView

  constructor(old: Uint8Array, next: Uint8Array) {
    this.old = old
    this.next = next
    this.oldView = new DataView(old.buffer, old.byteOffset, old.byteLength)
    this.nextView = new DataView(next.buffer, next.byteOffset, next.byteLength)
  }

  /** How many bytes are the same from `from` in old and `at` in new on, up to `limit`. */
  run(from: number, at: number, limit: number = Number.POSITIVE_INFINITY): number {
    const end = Math.min(limit, this.old.length - from, this.next.length - at)
    const length = this.#wordRun(from, at, Math.min(end, BY_HAND))
    if (length < BY_HAND || length >= end) return length
    return this.#gallop(from, at, length, end)
  }

  /** How many bytes are the same before `from` in old and `at` in new, up to `limit`. */
  runBefore(from: number, at: number, limit: number): number {
    const { old, next } = this
    const end = Math.min(limit, from, at)
    let length = 0
    while (length < end && old[from - length - 1] === next[at - length - 1]) length++
    return length
  }

  #wordRun(from: number, at: number, end: number): number {
    const { old, next, oldView, nextView } = this
    let length = 0
    for (const last = end - 4; length <= last; length += 4)
      if (oldView.getInt32(from + length, true) !== nextView.getInt32(at + length, true)) break
    while (length < end && old[from + length] === next[at + length]) length++
    return length
  }

  /** Steps that double while they are equal and halve from the first that is not. */
  #gallop(from: number, at: number, start: number, end: number): number {
    let length = start
    let step = BY_HAND
    while (length < end) {
      const size = Math.min(step, end - length)
      if (!equalBytes(this.old, from + length, this.next, at + length, size))
        return this.#narrow(from, at, length, size)
      length += size
      if (step < LONGEST_STEP) step *= 2
    }
    return end
  }

  /** Where the first difference is, among `size` bytes from `start` on that are known to hold one. */
  #narrow(from: number, at: number, start: number, size: number): number {
    let length = start
    let rest = size
    while (rest > BY_HAND) {
      const half = rest >>> 1
      if (equalBytes(this.old, from + length, this.next, at + length, half)) {
        length += half
        rest -= half
      } else {
        rest = half
      }
    }
    return length + this.#wordRun(from + length, at + length, rest)
  }
}
