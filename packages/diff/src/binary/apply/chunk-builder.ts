/** Size of the chunks a streamed result leaves in, but for the last. */
export const CHUNK_BYTES: number = 1 << 18

/** Joins pieces to chunks of one size. Whoever gets a chunk owns it. */
export class ChunkBuilder {
  #chunk = new Uint8Array(CHUNK_BYTES)
  #used = 0

  /** What has been added since the last full chunk. */
  finish(): Uint8Array {
    const full = this.#chunk.subarray(0, this.#used)
    this.#chunk = new Uint8Array(CHUNK_BYTES)
    this.#used = 0
    return full
  }

  /** Takes a piece; gives the chunks that became full. */
  *add(part: Uint8Array): Generator<Uint8Array> {
    for (let at = 0; at < part.length; ) {
      const size = Math.min(part.length - at, CHUNK_BYTES - this.#used)
      this.#chunk.set(part.subarray(at, at + size), this.#used)
      this.#used += size
      at += size
      if (this.#used === CHUNK_BYTES) yield this.finish()
    }
  }
}
