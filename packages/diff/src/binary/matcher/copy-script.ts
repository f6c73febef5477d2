/**
 * How a new version is put together: for each `i` below `count`, `literalLengths[i]` bytes of its own, then
 * `copyLengths[i]` bytes of the old version from `copyFrom[i]` on. Only the last entry may copy nothing, and then
 * `copyFrom` there is 0; the lengths add up to the new version's.
 */
export interface CopyScript {
  readonly count: number
  readonly literalLengths: Uint32Array
  readonly copyLengths: Uint32Array
  readonly copyFrom: Uint32Array
}

/** Collects a {@link CopyScript} copy by copy, in order of the new version. */
export class CopyScriptBuilder {
  #literalLengths = new Uint32Array(64)
  #copyLengths = new Uint32Array(64)
  #copyFrom = new Uint32Array(64)
  #count = 0
  #end = 0

  /** Where the last copy ends in the new version: literals start there. */
  get end(): number {
    return this.#end
  }

  /** Takes `length` bytes of old from `from` on as those of new from `at` on; `at` is not before {@link end}. */
  copy(at: number, from: number, length: number): void {
    const last = this.#count - 1
    if (
      at === this.#end &&
      last >= 0 &&
      (this.#copyFrom[last] ?? 0) + (this.#copyLengths[last] ?? 0) === from
    ) {
      this.#copyLengths[last] = (this.#copyLengths[last] ?? 0) + length
    } else {
      this.#push(at - this.#end, from, length)
    }
    this.#end = at + length
  }

  /** Takes back what was said about new from `at` on. A copy cut shorter than `shortest` becomes literals too. */
  rewind(at: number, shortest: number): void {
    while (this.#end > at) {
      const last = this.#count - 1
      const length = this.#copyLengths[last] ?? 0
      const start = this.#end - length
      if (at - start >= shortest) {
        this.#copyLengths[last] = at - start
        this.#end = at
      } else {
        this.#end = start - (this.#literalLengths[last] ?? 0)
        this.#count = last
      }
    }
  }

  /** The script, given the new version's length. The builder is done with then. */
  finish(nextLength: number): CopyScript {
    if (this.#end < nextLength) this.#push(nextLength - this.#end, 0, 0)
    const count = this.#count
    return {
      count,
      literalLengths: this.#literalLengths.subarray(0, count),
      copyLengths: this.#copyLengths.subarray(0, count),
      copyFrom: this.#copyFrom.subarray(0, count)
    }
  }

  #push(literalLength: number, from: number, length: number): void {
    const at = this.#count++
    if (at === this.#copyFrom.length) {
      this.#literalLengths = doubled(this.#literalLengths)
      this.#copyLengths = doubled(this.#copyLengths)
      this.#copyFrom = doubled(this.#copyFrom)
    }
    this.#literalLengths[at] = literalLength
    this.#copyLengths[at] = length
    this.#copyFrom[at] = from
  }
}

function doubled(column: Uint32Array): Uint32Array<ArrayBuffer> {
  const out = new Uint32Array(column.length * 2)
  out.set(column)
  return out
}
