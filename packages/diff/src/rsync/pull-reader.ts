import { diffError } from "../error/diff-error.ts"
import type { RsyncErrorCode } from "../error/rsync-error-code.ts"
import { type ByteSource, closeUnread, piecesOf } from "../stream/byte-source.ts"

/** Called with every run of bytes taken from a source, in order; the run is only lent. */
export type ByteTap = (bytes: Uint8Array) => void

/**
 * Reads formats from bytes that come in pieces. Errors carry `code`. Holds what is asked for at once, and the current
 * piece. Ends with the reason of a signal while it waits.
 */
export class PullReader {
  readonly #source: ByteSource
  readonly #pieces: AsyncIterator<Uint8Array>
  #isBegun = false
  readonly #code: RsyncErrorCode
  #piece: Uint8Array = new Uint8Array(0)
  #at = 0
  #tap: ByteTap = () => undefined

  constructor(source: ByteSource, code: RsyncErrorCode, signal?: AbortSignal) {
    this.#source = source
    this.#pieces = piecesOf(source, Number.POSITIVE_INFINITY, signal)
    this.#code = code
  }

  /** From now on, `tap` is told of everything that is read. */
  set tap(tap: ByteTap) {
    this.#tap = tap
  }

  /** The next `length` bytes; the caller may keep them only until the next call. */
  async bytes(length: number): Promise<Uint8Array> {
    const end = this.#at + length
    if (end <= this.#piece.length) {
      const bytes = this.#piece.subarray(this.#at, end)
      this.#at = end
      this.#tap(bytes)
      return bytes
    }
    return this.#joined(length)
  }

  /** One byte. */
  async u8(): Promise<number> {
    return (await this.bytes(1))[0] as number
  }

  /** A number in LEB128, in its shortest form and at most `max`. */
  async varUint(max: number): Promise<number> {
    let value = 0
    let scale = 1
    // Safe integers have 53 bits: eight groups of seven.
    for (let group = 0; group < 8; group++, scale *= 128) {
      const byte = await this.u8()
      value += (byte & 0x7f) * scale
      if (byte >= 0x80) continue
      if (byte === 0 && group > 0) throw this.invalid("a number is not in its shortest form")
      if (value > max) throw this.invalid(`a number is ${value}, more than the ${max} that can stand there`)
      return value
    }
    throw this.invalid("a number has more than 8 bytes")
  }

  /** Throws if anything is left. */
  async expectEnd(): Promise<void> {
    if (this.#at < this.#piece.length || (await this.#next())) throw this.invalid("bytes follow the end")
  }

  /** Lets go of the source; for a reader that stopped early. */
  async close(): Promise<void> {
    // What has not begun has nothing to end, and would leave its source as it is.
    if (this.#isBegun) await this.#pieces.return?.()
    else await closeUnread(this.#source)
  }

  /** An error of this format. */
  invalid(what: string): Error {
    return diffError(this.#code, `${this.#code === "rsync-delta-invalid" ? "delta" : "signature"}: ${what}`)
  }

  async #joined(length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length)
    let filled = 0
    while (filled < length) {
      if (this.#at === this.#piece.length && !(await this.#next())) throw this.invalid("it ends too early")
      const part = this.#piece.subarray(this.#at, this.#at + length - filled)
      bytes.set(part, filled)
      filled += part.length
      this.#at += part.length
    }
    this.#tap(bytes)
    return bytes
  }

  async #next(): Promise<boolean> {
    this.#isBegun = true
    const step = await this.#pieces.next()
    if (step.done === true) return false
    this.#piece = step.value
    this.#at = 0
    return true
  }
}
