import { invalidDelta } from "../container/invalid-delta.ts"

/*
 * A number's first byte says how large it is and holds its highest bits; the rest follows in a column of its own, since
 * it hardly compresses: 0..127 itself; 128..191 one byte follows; 192..239 two; 240 five. Ranges follow on each other, so
 * that every number has one form.
 */
const ONE = 128
const TWO = 192
const FIVE = 240
const TWO_FROM = ONE + (TWO - ONE) * 2 ** 8
const FIVE_FROM = TWO_FROM + (FIVE - TWO) * 2 ** 16

/** Writes the first bytes of some numbers to `heads`, the others to `tails`. */
export class SplitNumberWriter {
  readonly heads: number[] = []
  readonly tails: number[] = []

  /** A whole number from 0 and below 2^40. */
  write(value: number): void {
    if (value < ONE) {
      this.heads.push(value)
    } else if (value < TWO_FROM) {
      this.heads.push(ONE + ((value - ONE) >> 8))
      this.tails.push((value - ONE) & 0xff)
    } else if (value < FIVE_FROM) {
      const rest = value - TWO_FROM
      this.heads.push(TWO + (rest >> 16))
      this.tails.push((rest >> 8) & 0xff, rest & 0xff)
    } else {
      this.heads.push(FIVE)
      for (let scale = 2 ** 32; scale >= 1; scale /= 256)
        this.tails.push(Math.floor((value - FIVE_FROM) / scale) % 256)
    }
  }
}

/** Reads what {@link SplitNumberWriter} wrote: columns of heads, then columns of tails. */
export class SplitNumberReader {
  readonly #bytes: Uint8Array
  #head = 0
  #tail: number

  /** `heads` is where the columns of heads begin, `tails` those of tails. */
  constructor(bytes: Uint8Array, heads: number, tails: number) {
    this.#bytes = bytes
    this.#head = heads
    this.#tail = tails
  }

  /** Where the next tail would be read: behind the last one, that is the end of all numbers. */
  get position(): number {
    return this.#tail
  }

  read(): number {
    const head = this.#bytes[this.#head++] ?? 0
    if (head < ONE) return head
    if (head < TWO) return ONE + (head - ONE) * 256 + this.#byte()
    if (head < FIVE) return TWO_FROM + (head - TWO) * 65536 + this.#byte() * 256 + this.#byte()
    if (head > FIVE) throw invalidDelta(`no number begins with ${head}`)
    let value = 0
    for (let i = 0; i < 5; i++) value = value * 256 + this.#byte()
    return value + FIVE_FROM
  }

  #byte(): number {
    const byte = this.#bytes[this.#tail++]
    if (byte === undefined) throw invalidDelta("a number is cut off")
    return byte
  }
}
