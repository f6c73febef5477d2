import type { ByteReader, ByteWriter } from "@syncline/clock/bytes"
import { diffError } from "../error/diff-error.ts"

/**
 * Where a range begins or ends: before all items whose bytes begin with it or sort after it. Empty is the beginning of
 * everything; undefined, as an end, the end of everything. Never longer than an item.
 */
export type RangeBound = Uint8Array | undefined

/** The beginning of everything. */
export const FIRST: Uint8Array = new Uint8Array(0)

/** The shortest bound between two neighbouring items: the second sorts at it or behind, the first before. */
export function boundBetween(before: Uint8Array, after: Uint8Array): Uint8Array {
  let shared = 0
  while (before[shared] === after[shared] && shared < after.length) shared++
  return after.slice(0, shared + 1)
}

/** Whether an item, or a bound taken for one, sorts before a bound. */
export function isBefore(item: Uint8Array, bound: RangeBound): boolean {
  if (bound === undefined) return true
  for (let i = 0; i < bound.length; i++) {
    const order = (item[i] ?? 0) - (bound[i] ?? 0)
    if (order !== 0) return order < 0
  }
  return false
}

// Two counts in one varUint: one byte while at most 3 bytes are new and at most 31 shared, which is nearly always.
const SHARED = 32

/** Writes bounds that share their beginning with the one before. */
export class BoundWriter {
  #last: Uint8Array = FIRST

  write(writer: ByteWriter, bound: RangeBound): void {
    if (bound === undefined) return writer.varUint(0)
    let shared = 0
    while (shared < bound.length - 1 && bound[shared] === this.#last[shared]) shared++
    if (bound.length === 0) writer.varUint(1)
    else {
      writer.varUint((bound.length - shared) * SHARED + shared)
      writer.bytes(bound.subarray(shared))
    }
    this.#last = bound
  }
}

/** Reads what {@link BoundWriter} wrote; of items of `itemBytes` bytes. */
export class BoundReader {
  readonly #itemBytes: number
  #last: Uint8Array = FIRST

  constructor(itemBytes: number) {
    this.#itemBytes = itemBytes
  }

  read(reader: ByteReader): RangeBound {
    const head = reader.varUint()
    if (head === 0) return undefined
    const shared = head === 1 ? 0 : head % SHARED
    const length = shared + Math.floor(head / SHARED)
    if (length > this.#itemBytes || shared > this.#last.length || (head !== 1 && length === shared)) {
      throw diffError(
        "set-message-invalid",
        `a bound of ${length} bytes, ${shared} of them as before, cannot be`
      )
    }
    const bound = new Uint8Array(length)
    bound.set(this.#last.subarray(0, shared))
    bound.set(reader.bytes(length - shared), shared)
    this.#last = bound
    return bound
  }
}
