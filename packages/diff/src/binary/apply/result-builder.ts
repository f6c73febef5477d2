import { uninitialized } from "#platform"
import type { RunningChecksum } from "../container/checksum.ts"

// Written and hashed in turns, while what was written is still in the processor's cache.
const TURN = 1 << 17
// Shorter pieces are copied before a view of them would have been made.
const SHORT = 48

/** Puts a version of a known length together, and takes its checksum on the way. */
export class ResultBuilder {
  readonly #bytes: Uint8Array
  readonly #sum: RunningChecksum
  #at = 0
  #hashed = 0

  /** `length` costs nothing until it is written to: fresh pages of memory are not resident. */
  constructor(length: number, sum: RunningChecksum) {
    this.#bytes = uninitialized(length)
    this.#sum = sum
  }

  /** Appends `length` of `bytes` from `from` on. The caller sees to it that they fit. */
  append(bytes: Uint8Array, from: number, length: number): void {
    if (length > SHORT) return this.#appendLong(bytes, from, length)
    const out = this.#bytes
    const at = this.#at
    for (let i = 0; i < length; i++) out[at + i] = bytes[from + i] ?? 0
    this.#at += length
  }

  /** What was put together, and its checksum. All of it must have been appended. */
  finish(): { readonly bytes: Uint8Array; readonly sum: Uint8Array } {
    this.#hash()
    return { bytes: this.#bytes, sum: this.#sum.digest() }
  }

  #appendLong(bytes: Uint8Array, from: number, length: number): void {
    const end = from + length
    for (let at = from; at < end; ) {
      const part = bytes.subarray(at, Math.min(end, at + TURN))
      this.#bytes.set(part, this.#at)
      this.#at += part.length
      at += part.length
      if (this.#at - this.#hashed >= TURN) this.#hash()
    }
  }

  #hash(): void {
    this.#sum.update(this.#bytes.subarray(this.#hashed, this.#at))
    this.#hashed = this.#at
  }
}
