import { SynclineError } from "../error/syncline-error.ts"
import type { BytesErrorCode } from "./bytes-error-code.ts"
import { encodeUtf8Into } from "./utf8.ts"

/**
 * Builds a byte string from the few shapes all Syncline formats are made of. Every value has exactly one form, and
 * {@link ByteReader} refuses any other.
 *
 * Appending is amortised O(1) a byte. A writer can be reused after {@link reset}; it then keeps its buffer.
 * Throws `bytes-invalid` for values that have no form (not a safe integer, text with a lone surrogate).
 */
export class ByteWriter {
  #buffer: Uint8Array<ArrayBuffer>
  #length = 0

  /** `capacity` is the size of the first buffer in bytes; it grows as needed. */
  constructor(capacity = 64) {
    this.#buffer = new Uint8Array(Math.max(16, capacity))
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length
  }

  /** One byte, 0 to 255. */
  u8(value: number): void {
    if ((value & 0xff) !== value) throw unwritable("u8", value)
    if (this.#length === this.#buffer.length) this.#grow(1)
    this.#buffer[this.#length++] = value
  }

  /** Four bytes, most significant first, so that byte order is numeric order. */
  u32(value: number): void {
    if (value >>> 0 !== value) throw unwritable("u32", value)
    this.#reserve(4)
    const buffer = this.#buffer
    buffer[this.#length++] = value >>> 24
    buffer[this.#length++] = value >>> 16
    buffer[this.#length++] = value >>> 8
    buffer[this.#length++] = value
  }

  /** A safe integer from 0 in LEB128: seven bits a byte, lowest first, as few bytes as possible (1 to 8). */
  varUint(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) throw unwritable("varUint", value)
    this.#reserve(8)
    const buffer = this.#buffer
    let rest = value
    // Bit operations see 32 bits only, so the upper part is divided off first.
    while (rest > 0x7fffffff) {
      buffer[this.#length++] = (rest % 128) | 0x80
      rest = Math.floor(rest / 128)
    }
    while (rest > 0x7f) {
      buffer[this.#length++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    buffer[this.#length++] = rest
  }

  /** Any safe integer as the LEB128 form of its zigzag image (0, −1, 1, −2 … become 0, 1, 2, 3 …). */
  varInt(value: number): void {
    if (!Number.isSafeInteger(value)) throw unwritable("varInt", value)
    // The image of a large number has 54 bits, so its lowest seven go out before the rest is ever formed.
    const magnitude = value < 0 ? -value - 1 : value
    const first = (magnitude % 64) * 2 + (value < 0 ? 1 : 0)
    if (magnitude < 64) return this.u8(first)
    this.u8(first | 0x80)
    this.varUint(Math.floor(magnitude / 64))
  }

  /** These bytes as they are, without their length. */
  bytes(value: Uint8Array): void {
    this.#reserve(value.length)
    this.#buffer.set(value, this.#length)
    this.#length += value.length
  }

  /** The length as varUint, then the bytes. */
  varBytes(value: Uint8Array): void {
    this.varUint(value.length)
    this.bytes(value)
  }

  /**
   * The length in bytes as varUint, then UTF-8. Text with a lone surrogate has no UTF-8 form and throws
   * `bytes-invalid`: replacing it, as encoders do by default, would give two texts the same bytes.
   */
  varString(value: string): void {
    if (!value.isWellFormed()) {
      throw new SynclineError<BytesErrorCode>(
        "bytes-invalid",
        `A text of ${value.length} characters has a lone surrogate and no UTF-8 form; call toWellFormed() first if loss is acceptable`,
        { details: { length: value.length } }
      )
    }
    this.#reserve(3 * value.length + 5)
    // Written one byte in, where its length will stand if that takes one byte, and moved where it takes more.
    const start = this.#length
    const size = encodeUtf8Into(value, this.#buffer, start + 1)
    if (size < 0x80) {
      this.#buffer[start] = size
      this.#length = start + 1 + size
      return
    }
    this.#buffer.copyWithin(start + varUintSize(size), start + 1, start + 1 + size)
    this.varUint(size)
    this.#length += size
  }

  /** What was written, in a fresh array of exactly that size. The writer may go on. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#buffer.slice(0, this.#length)
  }

  /** What was written, for whoever is done with it before the next call of this writer: no copy, so no allocation. */
  view(): Uint8Array<ArrayBuffer> {
    return this.#buffer.subarray(0, this.#length)
  }

  /** Forgets what was written and keeps the buffer for the next value. */
  reset(): void {
    this.#length = 0
  }

  #reserve(size: number): void {
    if (this.#length + size > this.#buffer.length) this.#grow(size)
  }

  #grow(size: number): void {
    const grown = new Uint8Array(Math.max(2 * this.#buffer.length, this.#length + size))
    grown.set(this.#buffer)
    this.#buffer = grown
  }
}

/** How many bytes {@link ByteWriter.varUint} uses for `value`, for formats that must know before they write. */
export function varUintSize(value: number): number {
  let size = 1
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 128)) size++
  return size
}

function unwritable(form: string, value: number): SynclineError<BytesErrorCode> {
  return new SynclineError("bytes-invalid", `${value} has no ${form} form`, { details: { form, value } })
}
