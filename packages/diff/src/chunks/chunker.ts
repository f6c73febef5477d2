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
  /** Given and not taken in yet. */
  readonly #pieces: Uint8Array[] = []
  #start = 0
  #end = 0

  /** @throws SynclineError `chunk-options-invalid`. */
  constructor(options: ChunkerOptions = {}) {
    this.#rule = chunkRule(options)
    this.#buffer = new Uint8Array(this.#rule.maxBytes + SPARE_BYTES)
  }

  /**
   * The chunks that `piece` completes: copies, which the caller owns. Those that are not taken come with the next call; until then the
   * piece must stay as it is.
   */
  push(piece: Uint8Array): Generator<Uint8Array, void, undefined> {
    this.#pieces.push(piece)
    return this.#complete()
  }

  /** The chunks left when there are no more pieces. The chunker is then as new. */
  *finish(): Generator<Uint8Array, void, undefined> {
    yield* this.#complete()
    while (this.#start < this.#end) yield this.#cut()
    this.#moveToFront()
  }

  /** All that is not given yet is in the chunker and not in here: whoever takes chunks may stop at any. */
  *#complete(): Generator<Uint8Array, void, undefined> {
    for (;;) {
      // A chunk is known to end only where it could not be longer.
      while (this.#end - this.#start >= this.#rule.maxBytes) yield this.#cut()
      if (this.#end === this.#buffer.length) this.#moveToFront()
      const [piece] = this.#pieces
      if (piece === undefined) return
      const taken = Math.min(piece.length, this.#buffer.length - this.#end)
      this.#buffer.set(piece.subarray(0, taken), this.#end)
      this.#end += taken
      if (taken < piece.length) this.#pieces[0] = piece.subarray(taken)
      else this.#pieces.shift()
    }
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
