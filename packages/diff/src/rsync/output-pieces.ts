import { diffError } from "../error/diff-error.ts"

const PIECE_BYTES = 1 << 18

/** Joins what comes in any sizes to pieces of 256 KiB, one of which is always kept back until the end. */
export class OutputPieces {
  readonly #maxBytes: number
  #piece = new Uint8Array(PIECE_BYTES)
  #filled = 0
  /** Bytes taken in so far. */
  totalBytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Copies `bytes`; gives the pieces that are complete and no longer the last. */
  *add(bytes: Uint8Array): Generator<Uint8Array<ArrayBuffer>, void, undefined> {
    this.totalBytes += bytes.length
    if (this.totalBytes > this.#maxBytes)
      throw diffError(
        "rsync-limit",
        `the delta makes more than ${this.#maxBytes} bytes: raise maxBytes if they are wanted`
      )
    for (let at = 0; at < bytes.length; ) {
      if (this.#filled === PIECE_BYTES) {
        yield this.#piece
        this.#piece = new Uint8Array(PIECE_BYTES)
        this.#filled = 0
      }
      const part = bytes.subarray(at, at + PIECE_BYTES - this.#filled)
      this.#piece.set(part, this.#filled)
      this.#filled += part.length
      at += part.length
    }
  }

  /** The piece kept back; nothing if nothing ever came. */
  *finish(): Generator<Uint8Array<ArrayBuffer>, void, undefined> {
    if (this.#filled > 0) yield this.#piece.slice(0, this.#filled)
  }
}
