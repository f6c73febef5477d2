import { ByteReader } from "@syncline/clock/bytes"

/** Longer updates are pastes: they do not resemble one another, so looking for it would only cost time. */
const maxFilteredBytes = 256

/**
 * Makes updates compress better by telling each as its bytewise difference (modulo 256) to the one of the same length
 * before it. What somebody types comes as updates that differ in a counter or two and in a character: nearly all bytes
 * become zero, and compressed typing half as large. What the bytes mean is of no concern here; the result is as long as
 * the update, and back comes every byte as it was.
 *
 * One filter for each batch, given all updates in their order.
 */
export class UpdateFilter {
  readonly #lastByLength = new Map<number, Uint8Array>()

  /** What to write in the place of this update. */
  toDifference(update: Uint8Array): Uint8Array {
    const last = this.#lastByLength.get(update.length)
    if (update.length <= maxFilteredBytes) this.#lastByLength.set(update.length, update)
    if (last === undefined) return update
    const difference = new Uint8Array(update.length)
    // A loop, as this runs for every commit and calls cost more than the sum.
    for (let i = 0; i < update.length; i++) difference[i] = (update[i] ?? 0) - (last[i] ?? 0)
    return difference
  }
}

/**
 * The updates of a batch, out of what a filter wrote one after the other. They are views of one copy of it: arrays of their
 * own would each get a buffer as soon as an engine looks into them.
 */
export class FilteredUpdates {
  readonly #bytes: Uint8Array
  #at = 0
  /** Where the last of each length begins. */
  readonly #lastByLength = new Map<number, number>()

  constructor(written: Uint8Array) {
    this.#bytes = new Uint8Array(written)
  }

  /** The next update, of this length. @throws SynclineError `bytes-truncated` */
  next(length: number): Uint8Array {
    const bytes = this.#bytes
    const start = this.#at
    if (!(length >= 0 && length <= bytes.length - start)) return this.#rest().bytes(length)
    this.#at += length
    if (length <= maxFilteredBytes) {
      const last = this.#lastByLength.get(length)
      this.#lastByLength.set(length, start)
      if (last !== undefined)
        for (let i = 0; i < length; i++) bytes[start + i] = (bytes[start + i] ?? 0) + (bytes[last + i] ?? 0)
    }
    return bytes.subarray(start, start + length)
  }

  /** @throws SynclineError `bytes-trailing` if anything is left. */
  expectEnd(): void {
    this.#rest().expectEnd()
  }

  #rest(): ByteReader {
    return new ByteReader(this.#bytes.subarray(this.#at))
  }
}
