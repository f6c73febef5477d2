/** A list of numbers that takes no more than they do: 4 bytes each as `Uint32Array`, 8 as `Float64Array`. */
export class Column {
  readonly #make: (length: number) => Uint32Array | Float64Array
  #values: Uint32Array | Float64Array
  #length = 0

  private constructor(make: (length: number) => Uint32Array | Float64Array) {
    this.#make = make
    this.#values = make(16)
  }

  /** For whole numbers below 2³². */
  static ofUint32(): Column {
    return new Column(length => new Uint32Array(length))
  }

  /** For seqs, stamps and positions. */
  static ofFloat64(): Column {
    return new Column(length => new Float64Array(length))
  }

  get length(): number {
    return this.#length
  }

  /** @throws RangeError outside the list. */
  at(index: number): number {
    const value = index < this.#length ? this.#values[index] : undefined
    if (value === undefined) throw new RangeError(`there is nothing at ${index} of ${this.#length}`)
    return value
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = this.#make(Math.ceil(this.#length * 1.5))
      larger.set(this.#values)
      this.#values = larger
    }
    this.#values[this.#length++] = value
  }

  /** Sets what is there, or the one after the last. */
  set(index: number, value: number): void {
    if (index === this.#length) this.push(value)
    else this.#values[index] = value
  }

  truncate(length: number): void {
    this.#length = Math.min(this.#length, length)
  }
}
