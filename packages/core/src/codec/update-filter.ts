/** Longer updates are pastes: they do not resemble one another, so looking for it would only cost time. */
const maxFilteredBytes = 256

/**
 * Makes updates compress better by telling each as its bytewise difference (modulo 256) to the one of the same length
 * before it. What somebody types comes as updates that differ in a counter or two and in a character: nearly all bytes
 * become zero, and compressed typing half as large. What the bytes mean is of no concern here; the result is as long as
 * the update, and back comes every byte as it was.
 *
 * One filter for each batch and direction, given all updates in their order.
 */
export class UpdateFilter {
  readonly #lastByLength = new Map<number, Uint8Array>()

  /** What to write in the place of this update. */
  toDifference(update: Uint8Array): Uint8Array {
    const last = this.#last(update)
    this.#keep(update)
    return last === undefined ? update : combined(update, last, -1)
  }

  /** The update which was written so. A fresh array, or the input itself where there was none to differ from. */
  toUpdate(difference: Uint8Array): Uint8Array {
    const last = this.#last(difference)
    const update = last === undefined ? difference : combined(difference, last, 1)
    this.#keep(update)
    return update
  }

  #last({ length }: Uint8Array): Uint8Array | undefined {
    return this.#lastByLength.get(length)
  }

  #keep(update: Uint8Array): void {
    if (update.length <= maxFilteredBytes) this.#lastByLength.set(update.length, update)
  }
}

/** Bytes of equal length, added or subtracted modulo 256. A loop, as this runs for every commit and calls cost more than the sum. */
function combined(a: Uint8Array, b: Uint8Array, sign: 1 | -1): Uint8Array {
  const out = new Uint8Array(a.length)
  for (let i = 0; i < a.length; i++) out[i] = (a[i] ?? 0) + sign * (b[i] ?? 0)
  return out
}
