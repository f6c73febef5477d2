/** What a code is for: its alphabet, the extra bits behind its symbols, and what it competes with. */
export interface CodeShape {
  readonly symbols: number
  readonly maxBits: number
  /** Extra bits of symbols from `extraFrom` on. */
  readonly extra: Uint8Array
  readonly extraFrom: number
  /** Lengths of the fixed code, if there is one. */
  readonly fixed?: Uint8Array
}

// Leaves and inner nodes of the largest alphabet, 286, and one.
const NODES = 573

/**
 * A Huffman code of limited length as zlib makes it. Many codes are equally good; files can only be made again with the very
 * same one, so ties are broken here as there: by depth of subtrees, and by position in the heap.
 */
export class HuffmanCode {
  /** How often each symbol occurs; set by the user between {@link reset} and {@link build}. */
  readonly counts: Uint32Array = new Uint32Array(NODES)
  /** Bits of each symbol's code. */
  readonly lengths: Uint16Array = new Uint16Array(NODES)
  /** Each symbol's code, first bit lowest. */
  readonly codes: Uint16Array = new Uint16Array(NODES)
  /** Last symbol that has a code. */
  lastSymbol = -1
  /** Bits that all symbols take with this code, extra bits included. */
  bitsUsed = 0
  /** Bits that they take with the fixed one. */
  fixedBits = 0
  readonly #shape: CodeShape
  readonly #parents = new Uint16Array(NODES)
  readonly #depths = new Uint8Array(NODES)
  readonly #heap = new Uint16Array(NODES)
  #heapLength = 0
  #sorted = NODES

  constructor(shape: CodeShape) {
    this.#shape = shape
  }

  reset(): void {
    this.counts.fill(0)
  }

  /** Makes the code of the counts. */
  build(): void {
    this.bitsUsed = 0
    this.fixedBits = 0
    this.#plant()
    this.#join()
    this.#measure()
    this.codes.set(canonicalCodes(this.lengths.subarray(0, this.lastSymbol + 1)))
  }

  /** Symbols that occur become a heap; there must be two. */
  #plant(): void {
    const { counts, lengths } = this
    this.#heapLength = 0
    this.#sorted = NODES
    this.lastSymbol = -1
    for (let symbol = 0; symbol < this.#shape.symbols; symbol++) {
      lengths[symbol] = 0
      if (counts[symbol] === 0) continue
      this.#heap[++this.#heapLength] = this.lastSymbol = symbol
      this.#depths[symbol] = 0
    }
    while (this.#heapLength < 2) {
      const symbol = this.lastSymbol < 2 ? ++this.lastSymbol : 0
      this.#heap[++this.#heapLength] = symbol
      counts[symbol] = 1
      this.#depths[symbol] = 0
      // It is not really there, so what it will be counted for is taken off.
      this.bitsUsed--
      this.fixedBits -= this.#shape.fixed?.[symbol] ?? 0
    }
    for (let at = this.#heapLength >> 1; at >= 1; at--) this.#sink(at)
  }

  /** The two rarest nodes become one, again and again; `heap` from `#sorted` on keeps them by falling count. */
  #join(): void {
    const { counts } = this
    const heap = this.#heap
    let node = this.#shape.symbols
    do {
      const rarest = heap[1] ?? 0
      heap[1] = heap[this.#heapLength--] ?? 0
      this.#sink(1)
      const second = heap[1] ?? 0
      heap[--this.#sorted] = rarest
      heap[--this.#sorted] = second
      counts[node] = (counts[rarest] ?? 0) + (counts[second] ?? 0)
      this.#depths[node] = Math.max(this.#depths[rarest] ?? 0, this.#depths[second] ?? 0) + 1
      this.#parents[rarest] = this.#parents[second] = node
      heap[1] = node++
      this.#sink(1)
    } while (this.#heapLength >= 2)
    heap[--this.#sorted] = heap[1] ?? 0
  }

  /** Lengths from the root down; where one would be too long, others are made longer in its place. */
  #measure(): void {
    const { lengths } = this
    const { maxBits } = this.#shape
    const perLength = new Uint32Array(maxBits + 2)
    let tooLong = 0
    lengths[this.#heap[this.#sorted] ?? 0] = 0
    for (let at = this.#sorted + 1; at < NODES; at++) {
      const node = this.#heap[at] ?? 0
      const wanted = (lengths[this.#parents[node] ?? 0] ?? 0) + 1
      const bits = Math.min(wanted, maxBits)
      if (wanted > maxBits) tooLong++
      lengths[node] = bits
      if (node <= this.lastSymbol) {
        perLength[bits] = (perLength[bits] ?? 0) + 1
        this.#count(node, bits)
      }
    }
    if (tooLong > 0) this.#shorten(perLength, tooLong)
  }

  #count(symbol: number, bits: number): void {
    const { extra, extraFrom, fixed } = this.#shape
    const count = this.counts[symbol] ?? 0
    const more = symbol >= extraFrom ? (extra[symbol - extraFrom] ?? 0) : 0
    this.bitsUsed += count * (bits + more)
    if (fixed !== undefined) this.fixedBits += count * ((fixed[symbol] ?? 0) + more)
  }

  #shorten(perLength: Uint32Array, tooLong: number): void {
    const { maxBits } = this.#shape
    for (let rest = tooLong; rest > 0; rest -= 2) {
      let bits = maxBits - 1
      while (perLength[bits] === 0) bits--
      perLength[bits] = (perLength[bits] ?? 0) - 1
      perLength[bits + 1] = (perLength[bits + 1] ?? 0) + 2
      perLength[maxBits] = (perLength[maxBits] ?? 0) - 1
    }
    let at = NODES
    for (let bits = maxBits; bits > 0; bits--) {
      for (let rest = perLength[bits] ?? 0; rest > 0; ) {
        const symbol = this.#heap[--at] ?? 0
        if (symbol > this.lastSymbol) continue
        this.bitsUsed += (bits - (this.lengths[symbol] ?? 0)) * (this.counts[symbol] ?? 0)
        this.lengths[symbol] = bits
        rest--
      }
    }
  }

  #sink(from: number): void {
    const heap = this.#heap
    const node = heap[from] ?? 0
    let at = from
    for (let child = at << 1; child <= this.#heapLength; child = at << 1) {
      if (child < this.#heapLength && this.#isRarer(heap[child + 1] ?? 0, heap[child] ?? 0)) child++
      if (this.#isRarer(node, heap[child] ?? 0)) break
      heap[at] = heap[child] ?? 0
      at = child
    }
    heap[at] = node
  }

  #isRarer(a: number, b: number): boolean {
    const difference = (this.counts[a] ?? 0) - (this.counts[b] ?? 0)
    return difference < 0 || (difference === 0 && (this.#depths[a] ?? 0) <= (this.#depths[b] ?? 0))
  }
}

/** The codes that RFC 1951 derives from lengths, with their first bit lowest. */
export function canonicalCodes(lengths: Uint16Array | Uint8Array): Uint16Array {
  // Counts stand one place late, since a code depends on how many shorter ones there are.
  const next = new Uint16Array(17)
  for (const length of lengths) if (length > 0) next[length + 1] = (next[length + 1] ?? 0) + 1
  for (let bits = 1; bits < next.length; bits++) next[bits] = ((next[bits] ?? 0) + (next[bits - 1] ?? 0)) << 1
  return Uint16Array.from(lengths, length => {
    if (length === 0) return 0
    const code = next[length] ?? 0
    next[length] = code + 1
    return reversed(code, length)
  })
}

function reversed(code: number, length: number): number {
  let out = 0
  for (let bit = 0; bit < length; bit++) out = (out << 1) | ((code >> bit) & 1)
  return out
}
