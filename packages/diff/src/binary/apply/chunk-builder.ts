/** Size of the chunks a streamed result leaves in, but for the last. */
export const CHUNK_BYTES: number = 1 << 18

/** Joins pieces to chunks of one size. Whoever gets a chunk owns it. */
export class ChunkBuilder {
  #missing: number
  #chunk: Uint8Array<ArrayBuffer>
  #used = 0

  /** For pieces of `length` bytes together. */
  constructor(length: number) {
    this.#missing = length
    this.#chunk = new Uint8Array(Math.min(CHUNK_BYTES, length))
  }

  /** Takes a piece; gives the chunks that became full, the last one too. */
  *add(part: Uint8Array): Generator<Uint8Array<ArrayBuffer>> {
    for (let at = 0; at < part.length; ) {
      const size = Math.min(part.length - at, this.#chunk.length - this.#used)
      this.#chunk.set(part.subarray(at, at + size), this.#used)
      this.#used += size
      at += size
      if (this.#used < this.#chunk.length) continue
      this.#missing -= this.#used
      yield this.#chunk
      this.#chunk = new Uint8Array(Math.min(CHUNK_BYTES, this.#missing))
      this.#used = 0
    }
  }
}
