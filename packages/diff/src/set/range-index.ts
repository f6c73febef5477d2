import { checkOptions } from "../argument/check-argument.ts"
import { isBytes } from "../argument/is-bytes.ts"
import { diffError } from "../error/diff-error.ts"
import { SipHash } from "../keyed/sip-hash.ts"
import { subkey } from "../keyed/subkey.ts"
import { ChangeJournal, type SetMark } from "./change-journal.ts"
import { checkWhole } from "./check-whole.ts"
import { IdTable } from "./id-table.ts"
import { emptySum, ItemTree, type RangeSum } from "./item-tree.ts"
import { NetChanges } from "./net-changes.ts"
import { boundBetween, isBefore, type RangeBound } from "./range-bound.ts"
import { EMPTY_CHECKSUM, type SetChecksum, withHash } from "./set-checksum.ts"
import { checkId, highWord, ID_BYTES, idText, lowWord, type SetId } from "./set-id.ts"

/** What a {@link RangeIndex} is made with. */
export interface RangeIndexOptions {
  /**
   * Bytes that order the ids, 0 to 16, the same on both sides. Default: 0, which orders them by themselves. A time as 8
   * big-endian bytes makes recent differences neighbours, and cheaper.
   */
  readonly orderBytes?: number
  /** Changes a reconciliation may see while it runs before it has to begin anew. Default: 4,096. */
  readonly journal?: number
}

const NO_ORDER = new Uint8Array(0)
const MAX_ORDER_BYTES = 16
const DEFAULT_JOURNAL = 4096
const MOST_JOURNAL = 2 ** 20

/**
 * A set of 8-byte ids in some order, with the sum of any range of it in O(log n): what range-based set reconciliation
 * (Meyer, "Range-Based Set Reconciliation", SRDS 2023) compares.
 *
 * Sums are XORs of ids and of hashes of ids, under the same secret 16-byte key on both sides: linear, so that ranges
 * subtract and a range with one difference names it, hence forgeable by whoever knows the key. Those who choose members must not.
 * An id is in the set once, and its order must follow from it (a hash that covers the order, say), or it shows as a
 * difference of both sides.
 *
 * Adding and removing cost O(log n), a few µs; memory is 50 to 110 bytes an id, order included, and the journal. Bytes are
 * copied. Ids and orders of a wrong length are `set-argument-invalid`.
 */
export class RangeIndex {
  /** Bytes that order the ids. */
  readonly orderBytes: number
  /** Tells indexes with different keys apart, 16 bits. */
  readonly keyTag: number
  readonly #hasher: SipHash
  readonly #tree: ItemTree
  readonly #ids = new IdTable()
  readonly #journal: ChangeJournal
  readonly #changes: NetChanges
  #checksum: SetChecksum = EMPTY_CHECKSUM

  /** Throws `set-argument-invalid` for a key that has not 16 bytes, and for options out of range. */
  constructor(key: Uint8Array, options: RangeIndexOptions = {}) {
    checkOptions(options)
    const { orderBytes = 0, journal = DEFAULT_JOURNAL } = options
    checkWhole("orderBytes", orderBytes, 0, MAX_ORDER_BYTES)
    checkWhole("journal", journal, 1, MOST_JOURNAL)
    this.orderBytes = orderBytes
    this.#hasher = new SipHash(subkey(key, "syncline set"))
    this.#hasher.hash(new Uint8Array(0))
    this.keyTag = this.#hasher.low & 0xffff
    this.#tree = new ItemTree(orderBytes + ID_BYTES)
    this.#journal = new ChangeJournal(orderBytes + ID_BYTES, journal)
    this.#changes = new NetChanges(this.#journal)
  }

  /** Number of ids. */
  get size(): number {
    return this.#tree.size
  }

  /** Names the set as it is now. */
  get mark(): SetMark {
    return this.#journal.mark
  }

  /** Bytes held. */
  get byteLength(): number {
    return this.#tree.byteLength + this.#ids.byteLength + this.#journal.byteLength
  }

  /** Adds an id at its place. False, and nothing changed, if the id was there, wherever. */
  add(id: SetId, order: Uint8Array = NO_ORDER): boolean {
    const item = this.#itemOf(id, order)
    const { high, low } = this.#hash(id)
    if (!this.#ids.add(highWord(id), lowWord(id), high)) return false
    this.#tree.add(item, high, low)
    this.#note(item, high, low, 1)
    return true
  }

  /** Removes an id from its place. False if it was not there. */
  delete(id: SetId, order: Uint8Array = NO_ORDER): boolean {
    const item = this.#itemOf(id, order)
    if (!this.#tree.has(item)) return false
    const { high, low } = this.#hash(id)
    this.#ids.delete(highWord(id), lowWord(id), high)
    this.#tree.delete(item)
    this.#note(item, high, low, -1)
    return true
  }

  /** Whether the id is there. */
  has(id: SetId): boolean {
    checkId(id)
    return this.#ids.has(highWord(id), lowWord(id), this.#hash(id).high)
  }

  /** Whether the id was there at `mark`. Like everything with a mark, throws `set-snapshot-gone`. */
  holds(id: SetId, mark: SetMark): boolean {
    return this.has(id) !== this.#changes.toggled(mark, id)
  }

  /** The sums of the consecutive ranges between bounds, as of `mark`; one fewer than there are bounds. */
  sums(bounds: readonly RangeBound[], mark: SetMark): RangeSum[] {
    const before = bounds.map(bound => this.#tree.before(bound))
    const sums = before.slice(1).map((upper, i) => subtract(upper, before[i] ?? emptySum()))
    for (const { record, sign } of this.#changes.within(mark, bounds[0], bounds.at(-1))) {
      const sum = sums[rangeOf(record, bounds)]
      if (sum === undefined) continue
      sum.high ^= highWord(record, this.orderBytes)
      sum.low ^= lowWord(record, this.orderBytes)
      sum.check ^= this.#hash(record.subarray(this.orderBytes)).low
      sum.count -= sign
    }
    return sums
  }

  /** The ids of a range as of `mark`, in order as far as they are there still. */
  ids(from: Uint8Array, to: RangeBound, mark: SetMark): SetId[] {
    const changed = this.#changes.within(mark, from, to).map(({ record, sign }) => ({
      id: record.slice(this.orderBytes),
      sign
    }))
    const added = new Set(changed.filter(({ sign }) => sign === 1).map(({ id }) => idText(id)))
    const ids: SetId[] = []
    const [first, end] = [this.#tree.before(from).count, this.#tree.before(to).count]
    for (let rank = first; rank < end; rank++) {
      const id = this.#tree.at(rank).slice(this.orderBytes)
      if (added.size === 0 || !added.has(idText(id))) ids.push(id)
    }
    for (const { id, sign } of changed) if (sign === -1) ids.push(id)
    return ids
  }

  /** Bounds that cut a range into at most `parts` of about as many ids each, those at both ends included. */
  cut(from: Uint8Array, to: RangeBound, parts: number): RangeBound[] {
    const [first, end] = [this.#tree.before(from).count, this.#tree.before(to).count]
    const bounds: RangeBound[] = [from]
    for (let part = 1; part < Math.min(parts, end - first); part++) {
      const rank = first + Math.floor((part * (end - first)) / Math.min(parts, end - first))
      // A view of the one before would not last, but nothing changes in between.
      bounds.push(boundBetween(this.#tree.at(rank - 1), this.#tree.at(rank)))
    }
    bounds.push(to)
    return bounds
  }

  /** Where a range ends that begins at `from` and has `most` ids, or fewer if that is at `to`. */
  endOf(from: Uint8Array, to: RangeBound, most: number): RangeBound {
    const end = this.#tree.before(from).count + most
    return end < this.#tree.before(to).count ? boundBetween(this.#tree.at(end - 1), this.#tree.at(end)) : to
  }

  /** The checksum of the set at `mark`. */
  checksum(mark: SetMark): SetChecksum {
    let sum = this.#checksum
    this.#journal.undo(mark, (record, sign) => {
      const { high, low } = this.#hash(record.subarray(this.orderBytes))
      sum = withHash(sum, high, low, sign === 1 ? -1 : 1)
    })
    return sum
  }

  /** A hasher of its own with this index's key, for decoding. */
  hasher(): SipHash {
    return this.#hasher.copy()
  }

  #hash(id: Uint8Array): SipHash {
    this.#hasher.hashId(highWord(id), lowWord(id))
    return this.#hasher
  }

  #note(item: Uint8Array, hashHigh: number, hashLow: number, sign: 1 | -1): void {
    this.#checksum = withHash(this.#checksum, hashHigh, hashLow, sign)
    this.#journal.push(item, sign)
  }

  #itemOf(id: SetId, order: Uint8Array): Uint8Array {
    checkId(id)
    if (!isBytes(order) || order.length !== this.orderBytes) {
      const given = isBytes(order) ? order.length : "what is no bytes"
      const message = `an order must have ${this.orderBytes} bytes, as orderBytes says, not ${given}`
      throw diffError("set-argument-invalid", message)
    }
    const item = new Uint8Array(this.orderBytes + ID_BYTES)
    item.set(order)
    item.set(id, this.orderBytes)
    return item
  }
}

/** Which of the ranges between ascending bounds an item is in; −1 or one too high for none. */
function rangeOf(item: Uint8Array, bounds: readonly RangeBound[]): number {
  let [low, high] = [0, bounds.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (isBefore(item, bounds[middle])) high = middle
    else low = middle + 1
  }
  return low - 1
}

function subtract(upper: RangeSum, lower: RangeSum): RangeSum {
  return {
    high: upper.high ^ lower.high,
    low: upper.low ^ lower.low,
    check: upper.check ^ lower.check,
    count: upper.count - lower.count
  }
}
