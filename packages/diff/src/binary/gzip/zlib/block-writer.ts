import type { BitWriter } from "./bit-writer.ts"
import {
  DISTANCE_BASE,
  DISTANCE_EXTRA,
  distanceCode,
  LENGTH_BASE,
  LENGTH_CODE,
  LENGTH_EXTRA,
  REPEAT_EXTRA,
  REPEAT_ORDER
} from "./deflate-codes.ts"
import { canonicalCodes, HuffmanCode } from "./huffman-code.ts"

const END = 256
const FIXED_LENGTHS = Uint8Array.from({ length: 288 }, (_, symbol) =>
  symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8
)
const FIXED_CODES = canonicalCodes(FIXED_LENGTHS)
const FIXED_DISTANCE_LENGTHS = new Uint8Array(30).fill(5)
const FIXED_DISTANCE_CODES = canonicalCodes(FIXED_DISTANCE_LENGTHS)

interface Codes {
  readonly lengths: Uint16Array | Uint8Array
  readonly codes: Uint16Array
}

/** Collects literals and matches, and writes them as blocks of the kind that zlib would choose. */
export class BlockWriter {
  readonly #out: BitWriter
  readonly #content: Uint8Array
  readonly #distances: Uint16Array
  readonly #values: Uint8Array
  readonly #literals = new HuffmanCode({
    symbols: 286,
    maxBits: 15,
    extra: LENGTH_EXTRA,
    extraFrom: END + 1,
    fixed: FIXED_LENGTHS
  })
  readonly #far = new HuffmanCode({
    symbols: 30,
    maxBits: 15,
    extra: DISTANCE_EXTRA,
    extraFrom: 0,
    fixed: FIXED_DISTANCE_LENGTHS
  })
  readonly #repeats = new HuffmanCode({ symbols: 19, maxBits: 7, extra: REPEAT_EXTRA, extraFrom: 0 })
  #count = 0
  #start = 0

  constructor(out: BitWriter, content: Uint8Array, memLevel: number) {
    this.#out = out
    this.#content = content
    // zlib gives a block up when one place is left.
    this.#distances = new Uint16Array(2 ** (memLevel + 6) - 1)
    this.#values = new Uint8Array(this.#distances.length)
    this.#begin()
  }

  /** Takes a literal; whether the block is full. */
  literal(byte: number): boolean {
    const { counts } = this.#literals
    counts[byte] = (counts[byte] ?? 0) + 1
    return this.#push(0, byte)
  }

  /** Takes a match of `length` bytes; whether the block is full. */
  match(distance: number, length: number): boolean {
    const literals = this.#literals.counts
    const far = this.#far.counts
    const lengthSymbol = END + 1 + (LENGTH_CODE[length - 3] ?? 0)
    const distanceSymbol = distanceCode(distance - 1)
    literals[lengthSymbol] = (literals[lengthSymbol] ?? 0) + 1
    far[distanceSymbol] = (far[distanceSymbol] ?? 0) + 1
    return this.#push(distance, length - 3)
  }

  /** Writes a block of what was taken, which describes the content up to `end`. */
  flush(end: number, last: boolean): void {
    this.#literals.build()
    this.#far.build()
    const lastRepeat = this.#measureLengths()
    const treeBits = this.#repeats.bitsUsed + 3 * (lastRepeat + 1) + 14
    const bits = this.#literals.bitsUsed + this.#far.bitsUsed + treeBits
    const fixedBits = this.#literals.fixedBits + this.#far.fixedBits
    const fixedBytes = (fixedBits + 10) >> 3
    const bytes = Math.min((bits + 10) >> 3, fixedBytes)
    if (end - this.#start + 4 <= bytes) {
      this.#writeStored(end, last)
    } else if (fixedBytes === bytes) {
      this.#out.bits(2 + (last ? 1 : 0), 3)
      const fixed = { lengths: FIXED_LENGTHS, codes: FIXED_CODES }
      this.#writeSymbols(fixed, { lengths: FIXED_DISTANCE_LENGTHS, codes: FIXED_DISTANCE_CODES })
    } else {
      this.#out.bits(4 + (last ? 1 : 0), 3)
      this.#writeLengths(lastRepeat)
      this.#writeSymbols(this.#literals, this.#far)
    }
    this.#start = end
    this.#begin()
  }

  #begin(): void {
    this.#literals.reset()
    this.#far.reset()
    this.#literals.counts[END] = 1
    this.#count = 0
  }

  #push(distance: number, value: number): boolean {
    this.#distances[this.#count] = distance
    this.#values[this.#count++] = value
    return this.#count === this.#distances.length
  }

  #writeStored(end: number, last: boolean): void {
    const length = end - this.#start
    this.#out.bits(last ? 1 : 0, 3)
    this.#out.align()
    this.#out.bits(length, 16)
    this.#out.bits(~length & 0xffff, 16)
    this.#out.bytes(this.#content.subarray(this.#start, end))
  }

  #writeSymbols(literals: Codes, far: Codes): void {
    const out = this.#out
    for (let i = 0; i < this.#count; i++) {
      const distance = this.#distances[i] ?? 0
      const value = this.#values[i] ?? 0
      if (distance === 0) {
        out.bits(literals.codes[value] ?? 0, literals.lengths[value] ?? 0)
        continue
      }
      const code = LENGTH_CODE[value] ?? 0
      out.bits(literals.codes[END + 1 + code] ?? 0, literals.lengths[END + 1 + code] ?? 0)
      out.bits(value - (LENGTH_BASE[code] ?? 0), LENGTH_EXTRA[code] ?? 0)
      const farCode = distanceCode(distance - 1)
      out.bits(far.codes[farCode] ?? 0, far.lengths[farCode] ?? 0)
      out.bits(distance - 1 - (DISTANCE_BASE[farCode] ?? 0), DISTANCE_EXTRA[farCode] ?? 0)
    }
    out.bits(literals.codes[END] ?? 0, literals.lengths[END] ?? 0)
  }

  /** Makes the code that code lengths are sent in; the last place of its lengths that must be sent. */
  #measureLengths(): number {
    const { counts } = this.#repeats
    this.#repeats.reset()
    for (const code of [this.#literals, this.#far])
      forEachRun(code, symbol => {
        counts[symbol] = (counts[symbol] ?? 0) + 1
      })
    this.#repeats.build()
    let last = 18
    while (last >= 3 && this.#repeats.lengths[REPEAT_ORDER[last] ?? 0] === 0) last--
    return last
  }

  #writeLengths(lastRepeat: number): void {
    const out = this.#out
    const { lengths, codes } = this.#repeats
    out.bits(this.#literals.lastSymbol + 1 - 257, 5)
    out.bits(this.#far.lastSymbol, 5)
    out.bits(lastRepeat + 1 - 4, 4)
    for (const symbol of REPEAT_ORDER.slice(0, lastRepeat + 1)) out.bits(lengths[symbol] ?? 0, 3)
    for (const code of [this.#literals, this.#far])
      forEachRun(code, (symbol, extra) => {
        out.bits(codes[symbol] ?? 0, lengths[symbol] ?? 0)
        if (symbol >= 16) out.bits(extra, REPEAT_EXTRA[symbol] ?? 0)
      })
  }
}

/** The lengths of a code as symbols of the code length code, with the extra bits of those that repeat. */
function forEachRun(
  { lengths, lastSymbol }: HuffmanCode,
  emit: (symbol: number, extra: number) => void
): void {
  let before = -1
  for (let at = 0; at <= lastSymbol; ) {
    const length = lengths[at] ?? 0
    const most = length === 0 ? 138 : length === before ? 6 : 7
    let run = 1
    while (run < most && at + run <= lastSymbol && lengths[at + run] === length) run++
    at += run
    const fewest = length === 0 || length === before ? 3 : 4
    if (run < fewest) {
      for (let i = 0; i < run; i++) emit(length, 0)
    } else if (length === 0) {
      if (run <= 10) emit(17, run - 3)
      else emit(18, run - 11)
    } else {
      if (length !== before) emit(length, 0)
      emit(16, run - (length === before ? 3 : 4))
    }
    before = length
  }
}
