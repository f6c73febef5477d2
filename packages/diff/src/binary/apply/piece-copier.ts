// So many bytes and fewer are copied word by word before a view of them would have been made.
const SHORT = 80

/** Copies pieces of one array into another, short ones as fast as long ones. */
export class PieceCopier {
  readonly #source: Uint8Array
  readonly #target: Uint8Array
  // Words may start anywhere here.
  readonly #from: DataView
  readonly #to: DataView

  constructor(source: Uint8Array, target: Uint8Array) {
    this.#source = source
    this.#target = target
    this.#from = new DataView(source.buffer, source.byteOffset, source.byteLength)
    this.#to = new DataView(target.buffer, target.byteOffset, target.byteLength)
  }

  /** `length` bytes from `from` on go to `to`. They exist in both. */
  copy(from: number, to: number, length: number): void {
    if (length > SHORT) this.#target.set(this.#source.subarray(from, from + length), to)
    else if (length >= 8) this.#copyWords(from, to, length - 8)
    else for (let i = 0; i < length; i++) this.#target[to + i] = this.#source[from + i] ?? 0
  }

  /** Words up to one that ends with the last byte; it overlaps the one before. */
  #copyWords(from: number, to: number, last: number): void {
    const source = this.#from
    const target = this.#to
    for (let i = 0; i < last; i += 8) target.setBigInt64(to + i, source.getBigInt64(from + i, true), true)
    target.setBigInt64(to + last, source.getBigInt64(from + last, true), true)
  }
}
