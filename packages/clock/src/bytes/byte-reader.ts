import { SynclineError } from "../error/syncline-error.ts"
import type { BytesErrorCode } from "./bytes-error-code.ts"
import { decodeUtf8 } from "./utf8.ts"

/** How a {@link ByteReader} guards itself. */
export interface ByteReaderOptions {
  /** Longest input accepted, in bytes. Default: no limit of its own. */
  readonly maxBytes?: number
}

/**
 * Takes apart what {@link ByteWriter} wrote, trusting nothing: every read checks what is left, refuses a second form of
 * the same value (`bytes-non-canonical`), and takes the caller's limit before it allocates (`bytes-limit`).
 *
 * Byte results are views into the input: O(1), but they keep the whole input alive and see later changes to it; copy
 * with `slice()` what must outlive it. After an error the position is unspecified; drop the reader.
 */
export class ByteReader {
  readonly #input: Uint8Array
  #position = 0

  /** Reads `input`, which it neither copies nor changes. Throws `bytes-limit` if it is longer than `maxBytes`. */
  constructor(input: Uint8Array, options: ByteReaderOptions = {}) {
    if (options.maxBytes !== undefined && input.length > options.maxBytes) {
      throw overLimit("input", input.length, options.maxBytes)
    }
    // A Node Buffer's slice() is no copy: whoever reads on from here must get plain arrays.
    this.#input =
      input.constructor === Uint8Array
        ? input
        : new Uint8Array(input.buffer, input.byteOffset, input.byteLength)
  }

  /** Bytes not read yet. */
  get remaining(): number {
    return this.#input.length - this.#position
  }

  /** Bytes read so far. */
  get position(): number {
    return this.#position
  }

  /** One byte. */
  u8(): number {
    const value = this.#input[this.#position]
    if (value === undefined) throw this.#truncated(1)
    this.#position++
    return value
  }

  /** Four bytes, most significant first. */
  u32(): number {
    const at = this.#take(4)
    const input = this.#input
    const high = ((input[at] as number) << 24) | ((input[at + 1] as number) << 16)
    return (high | ((input[at + 2] as number) << 8) | (input[at + 3] as number)) >>> 0
  }

  /** A number written by {@link ByteWriter.varUint}. Throws `bytes-limit` above `max`. */
  varUint(max: number = Number.MAX_SAFE_INTEGER): number {
    const first = this.#input[this.#position]
    if (first === undefined) throw this.#truncated(1)
    this.#position++
    const value = first < 0x80 ? first : this.#varUintRest(first & 0x7f)
    if (value > max) throw overLimit("varUint", value, max)
    return value
  }

  /** A number written by {@link ByteWriter.varInt}. */
  varInt(): number {
    const first = this.u8()
    const low = (first & 0x7f) >> 1
    const high = first < 0x80 ? 0 : this.varUint()
    if (first >= 0x80 && high === 0) throw nonMinimal(this.#position)
    // −2⁵³ has the one image too many: its magnitude is safe, the number itself is not.
    const magnitude = high * 64 + low
    const value = (first & 1) === 1 ? -magnitude - 1 : magnitude
    if (!Number.isSafeInteger(magnitude) || !Number.isSafeInteger(value)) throw unsafe(this.#position)
    return value
  }

  /** The next `length` bytes, as a view of the input. */
  bytes(length: number): Uint8Array {
    const at = this.#take(length)
    return this.#input.subarray(at, at + length)
  }

  /** Bytes with their length, as a view of the input. Throws `bytes-limit` if there are more than `maxLength`. */
  varBytes(maxLength: number): Uint8Array {
    return this.bytes(this.varUint(maxLength))
  }

  /** A text of at most `maxBytes` bytes of UTF-8. Throws `bytes-invalid` if they are not well-formed. */
  varString(maxBytes: number): string {
    const length = this.varUint(maxBytes)
    const start = this.#take(length)
    const text = decodeUtf8(this.#input, start, start + length)
    if (text !== undefined) return text
    throw new SynclineError<BytesErrorCode>(
      "bytes-invalid",
      `The text that ends at byte ${this.#position} is not well-formed UTF-8`,
      { details: { position: this.#position } }
    )
  }

  /** Throws `bytes-trailing` if anything is left. */
  expectEnd(): void {
    if (this.remaining === 0) return
    throw new SynclineError<BytesErrorCode>(
      "bytes-trailing",
      `${this.remaining} bytes follow the last value, which ends at byte ${this.#position}`,
      { details: { position: this.#position, remaining: this.remaining } }
    )
  }

  #varUintRest(lowest: number): number {
    const input = this.#input
    let value = lowest
    let scale = 128
    for (let i = 1; i < 8; i++) {
      const byte = input[this.#position]
      if (byte === undefined) throw this.#truncated(1)
      this.#position++
      value += (byte & 0x7f) * scale
      if (byte < 0x80) {
        if (byte === 0) throw nonMinimal(this.#position)
        if (value > Number.MAX_SAFE_INTEGER) throw unsafe(this.#position)
        return value
      }
      scale *= 128
    }
    throw unsafe(this.#position)
  }

  #take(length: number): number {
    const at = this.#position
    if (!(length >= 0 && length <= this.#input.length - at)) throw this.#truncated(length)
    this.#position = at + length
    return at
  }

  #truncated(needed: number): SynclineError<BytesErrorCode> {
    const { remaining } = this
    return new SynclineError(
      "bytes-truncated",
      `The input ends at byte ${this.#input.length}, ${needed} more were needed at byte ${this.#position}`,
      { details: { needed, remaining, position: this.#position } }
    )
  }
}

function overLimit(what: string, value: number, limit: number): SynclineError<BytesErrorCode> {
  return new SynclineError("bytes-limit", `The ${what} is ${value}, more than the limit of ${limit}`, {
    details: { what, value, limit }
  })
}

function nonMinimal(position: number): SynclineError<BytesErrorCode> {
  return new SynclineError(
    "bytes-non-canonical",
    `The number that ends at byte ${position} has a shorter form`,
    {
      details: { position }
    }
  )
}

function unsafe(position: number): SynclineError<BytesErrorCode> {
  return new SynclineError(
    "bytes-invalid",
    `The number that ends at byte ${position} is not a safe integer`,
    {
      details: { position }
    }
  )
}
