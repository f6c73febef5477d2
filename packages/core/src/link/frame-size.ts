/** Smallest frame a peer may be told to keep to. */
const leastBytes = 2 ** 13

/** Smaller by so much after each failure: from a quarter of a megabyte to the least in three. */
const shrinkBy = 4

/**
 * How large the frames of a link may be, from one connection to the next. A frame is heard of when all of it is here, so on a slow line
 * a large one looks like silence, and the connection ends by that; sent again as it was, it would never arrive.
 */
export class FrameSize {
  readonly #mostBytes: number
  #bytes: number

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes
    this.#bytes = mostBytes
  }

  /** For the next connection, in both directions. */
  get bytes(): number {
    return this.#bytes
  }

  /** Nothing was heard for too long while something was under way. */
  fellSilent(): void {
    this.#bytes = Math.min(this.#mostBytes, Math.max(leastBytes, this.#bytes / shrinkBy))
  }

  /** Everything arrived. */
  arrived(): void {
    this.#bytes = Math.min(this.#mostBytes, this.#bytes * 2)
  }
}
