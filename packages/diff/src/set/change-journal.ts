import { diffError } from "../error/diff-error.ts"

/** A moment in the life of a set, while its journal remembers it. */
export type SetMark = number

/**
 * The latest changes of a set, so that a reconciliation which takes several messages sees the set as it was at the first:
 * the sums it works with are their own inverse, and a change since then is undone by applying it once more.
 */
export class ChangeJournal {
  readonly #recordBytes: number
  readonly #capacity: number
  readonly #records: Uint8Array
  readonly #signs: Int8Array
  #mark: SetMark = 0

  /** Remembers `capacity` changes of records of that many bytes. */
  constructor(recordBytes: number, capacity: number) {
    this.#recordBytes = recordBytes
    this.#capacity = capacity
    this.#records = new Uint8Array(recordBytes * capacity)
    this.#signs = new Int8Array(capacity)
  }

  /** Now. */
  get mark(): SetMark {
    return this.#mark
  }

  /** Bytes held. */
  get byteLength(): number {
    return this.#records.byteLength + this.#signs.byteLength
  }

  /** Notes that a record was added (1) or removed (−1). */
  push(record: Uint8Array, sign: 1 | -1): void {
    const slot = this.#mark % this.#capacity
    this.#records.set(record, slot * this.#recordBytes)
    this.#signs[slot] = sign
    this.#mark++
  }

  /**
   * Calls `visit` with every change since `mark`, latest first; the record is a view. Throws `set-snapshot-gone` if some
   * of them are forgotten.
   */
  undo(mark: SetMark, visit: (record: Uint8Array, sign: 1 | -1) => void): void {
    if (mark > this.#mark || this.#mark - mark > this.#capacity) {
      throw diffError(
        "set-snapshot-gone",
        `the set changed ${this.#mark - mark} times since, more than the ${this.#capacity} it remembers; begin anew`
      )
    }
    for (let at = this.#mark - 1; at >= mark; at--) {
      const start = (at % this.#capacity) * this.#recordBytes
      const record = this.#records.subarray(start, start + this.#recordBytes)
      visit(record, this.#signs[at % this.#capacity] === 1 ? 1 : -1)
    }
  }
}
