const CHUNK_BITS = 24

/** Appends numbers of any width up to 53 bits, most significant bit first. */
export class BitWriter {
  readonly #bytes: number[] = []
  #free = 0

  /** The lowest `width` bits of a whole number. */
  write(value: number, width: number): void {
    for (let left = width; left > 0; ) {
      if (this.#free === 0) {
        this.#bytes.push(0)
        this.#free = 8
      }
      const taken = Math.min(left, this.#free)
      left -= taken
      this.#free -= taken
      const bits = Math.floor(value / 2 ** left) % 2 ** taken
      const last = this.#bytes.length - 1
      this.#bytes[last] = (this.#bytes[last] ?? 0) | (bits << this.#free)
    }
  }

  /** What was written, filled up with zeros to a whole byte. */
  finish(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.#bytes)
  }
}

/** Reads what {@link BitWriter} wrote; beyond the end there are zeros, so compare {@link bitBytes} first. */
export class BitReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** The next `width` bits. */
  read(width: number): number {
    let value = 0
    for (let left = width; left > 0; ) {
      const taken = Math.min(left, CHUNK_BITS)
      value = value * 2 ** taken + this.#some(taken)
      left -= taken
    }
    return value
  }

  #some(width: number): number {
    const index = this.#at >>> 3
    const [a = 0, b = 0, c = 0, d = 0] = this.#bytes.subarray(index, index + 4)
    const word = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0
    const bits = (word << (this.#at & 7)) >>> (32 - width)
    this.#at += width
    return bits
  }
}

/** Bytes that so many bits fill. */
export function bitBytes(bits: number): number {
  return Math.ceil(bits / 8)
}
