import { ByteWriter } from "@syncline/clock/bytes"
import { diffError } from "../../error/diff-error.ts"

// No UTF-8 has this byte.
const END = 0xff

const encoder = new TextEncoder()
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/** Well-formed texts, one after the other. */
export class TextColumnWriter {
  readonly #bytes = new ByteWriter(256)
  #count = 0

  write(text: string): void {
    if (this.#count++ > 0) this.#bytes.u8(END)
    this.#bytes.bytes(encoder.encode(text))
  }

  finish(): Uint8Array {
    return this.#bytes.finish()
  }
}

/** Reads back what {@link TextColumnWriter} wrote. */
export class TextColumnReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  read(): string {
    const start = this.#at
    if (start > this.#bytes.length) throw diffError("codec-invalid", "a packed patch lacks texts")
    const found = this.#bytes.indexOf(END, start)
    const end = found === -1 ? this.#bytes.length : found
    this.#at = end + 1
    try {
      return decoder.decode(this.#bytes.subarray(start, end))
    } catch (cause) {
      throw diffError("codec-invalid", "a text of a packed patch is not UTF-8", {}, cause)
    }
  }

  expectEnd(): void {
    // One past the last text, or nothing read of nothing.
    if (this.#at > this.#bytes.length || this.#bytes.length === 0) return
    throw diffError("codec-invalid", "a packed patch has texts that nothing uses")
  }
}
