/** Appends bits, lowest first, as RFC 1951 wants them. */
export class BitWriter {
  #bytes: Uint8Array<ArrayBuffer>
  #length = 0
  #bits = 0
  #count = 0

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(Math.max(64, capacity))
  }

  /** The lowest `count` bits of `value`, at most 16. */
  bits(value: number, count: number): void {
    this.#bits |= value << this.#count
    this.#count += count
    while (this.#count >= 8) {
      this.#byte(this.#bits & 0xff)
      this.#bits >>>= 8
      this.#count -= 8
    }
  }

  /** Zeros up to the next whole byte. */
  align(): void {
    if (this.#count > 0) this.#byte(this.#bits & 0xff)
    this.#bits = 0
    this.#count = 0
  }

  /** Whole bytes, once aligned. */
  bytes(part: Uint8Array): void {
    this.#reserve(part.length)
    this.#bytes.set(part, this.#length)
    this.#length += part.length
  }

  finish(): Uint8Array<ArrayBuffer> {
    this.align()
    return this.#bytes.subarray(0, this.#length)
  }

  #byte(byte: number): void {
    this.#reserve(1)
    this.#bytes[this.#length++] = byte
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
  }
}
