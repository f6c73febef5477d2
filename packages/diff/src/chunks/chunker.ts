import { type ChunkerOptions, type ChunkRule, chunkRule } from "./chunker-options.ts"
import { findCut } from "./find-cut.ts"

// Room for more than one chunk, so that what is left over moves to the front once in a while and not for each chunk.
const SPARE_BYTES = 65_536

/**
 * Cuts bytes that come in pieces into the chunks {@link chunkBytes} gives for the whole, however they were cut.
 * Keeps at most `maxBytes` and 64 KiB.
 */
export class Chunker {
  readonly #rule: ChunkRule
  readonly #buffer: Uint8Array
  #start = 0
  #end = 0

  /** @throws SynclineError `chunk-options-invalid`. */
  constructor(options: ChunkerOptions = {}) {
    this.#rule = chunkRule(options)
    this.#buffer = new Uint8Array(this.#rule.maxBytes + SPARE_BYTES)
  }

  /** The chunks that `piece` completes: copies, which the caller owns. Take them all before the next call. */
  *push(piece: Uint8Array): Generator<Uint8Array, void, undefined> {
    for (let at = 0; at < piece.length; ) {
      const taken = Math.min(piece.length - at, this.#buffer.length - this.#end)
      this.#buffer.set(piece.subarray(at, at + taken), this.#end)
      this.#end += taken
      at += taken
      // A chunk is known to end only where it could not be longer.
      while (this.#end - this.#start >= this.#rule.maxBytes) yield this.#cut()
      if (this.#end === this.#buffer.length) this.#moveToFront()
    }
  }

  /** The chunks left when there are no more pieces. The chunker is then as new. */
  *finish(): Generator<Uint8Array, void, undefined> {
    while (this.#start < this.#end) yield this.#cut()
    this.#moveToFront()
  }

  #cut(): Uint8Array {
    const cut = findCut(this.#buffer, this.#start, this.#end, this.#rule)
    const chunk = this.#buffer.slice(this.#start, cut)
    this.#start = cut
    return chunk
  }

  #moveToFront(): void {
    this.#buffer.copyWithin(0, this.#start, this.#end)
    this.#end -= this.#start
    this.#start = 0
  }
}
