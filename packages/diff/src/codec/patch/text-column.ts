import type { ByteReader, ByteWriter } from "@syncline/clock/bytes"
import { diffError } from "../../error/diff-error.ts"

// No UTF-8 has this byte.
const END = 0xff

const encoder = new TextEncoder()
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/** Writes well-formed texts, each with a byte behind it that no text has. */
export class TextColumnWriter {
  readonly #bytes: ByteWriter
  #end = -1

  constructor(bytes: ByteWriter) {
    this.#bytes = bytes
  }

  write(text: string): void {
    this.#bytes.bytes(encoder.encode(text))
    this.#bytes.u8(END)
    this.#end = this.#bytes.length
  }

  /** All that was written, by others too, without the byte behind a text that comes last. */
  finish(): Uint8Array<ArrayBuffer> {
    const bytes = this.#bytes.finish()
    return this.#end === bytes.length ? bytes.subarray(0, -1) : bytes
  }
}

/** Reads back what {@link TextColumnWriter} wrote. */
export class TextColumnReader {
  readonly #bytes: Uint8Array
  readonly #reader: ByteReader
  #ended = false

  /** `reader` reads from `bytes`. */
  constructor(bytes: Uint8Array, reader: ByteReader) {
    this.#bytes = bytes
    this.#reader = reader
  }

  read(): string {
    if (this.#ended) throw diffError("codec-invalid", "a packed patch lacks texts")
    const reader = this.#reader
    const end = this.#bytes.indexOf(END, reader.position)
    this.#ended = end === -1
    const text = reader.bytes(this.#ended ? reader.remaining : end - reader.position)
    if (!this.#ended) reader.u8()
    try {
      return decoder.decode(text)
    } catch (cause) {
      throw diffError("codec-invalid", "a text of a packed patch is not UTF-8", {}, cause)
    }
  }
}
