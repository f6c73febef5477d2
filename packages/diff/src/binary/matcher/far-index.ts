import type { VersionPair } from "./version-pair.ts"

/** A place in the old version that goes on as the new one does at `at`. */
export interface FarMatch {
  readonly at: number
  readonly from: number
  /** Bytes that are the same, counted up to the 65,536 that are compared in search of the best. */
  readonly length: number
}

/** Bytes hashed for a place; a match must hold as many in a row, from a multiple of the step on. */
export const FAR_GRAM = 16
/** Where counting ends; by then a place has proved itself. */
const LONGEST: number = 1 << 16
// Among many places with the same content, later ones are rarely better.
const CANDIDATES = 12
// Of others that share a slot.
const HOPS = 64
// So many slots stay in a processor's cache while they are filled in no order, 2^17 at first and then one for eight places.
const CACHED_SLOT_BITS = 17
const CROWD_BITS = 3

/**
 * Where 16 bytes at regular steps of the old version occur, by hash. Chains of equal hashes are walked a few places far and
 * every place is verified.
 *
 * Takes time in proportion to the old version, and up to 12 bytes of memory a step; the next one uses the same memory
 * after {@link release}, unless the collector took it.
 */
export class FarIndex {
  readonly #pair: VersionPair
  readonly #step: number
  readonly #shift: number
  // An entry is the number of a place, from 1 on, below bits of its hash, so that others in its slot are passed by unseen.
  readonly #placeBits: number
  readonly #placeMask: number
  readonly #heads: Int32Array
  readonly #chain: Int32Array
  // Places from here on are in the index.
  #filledFrom: number
  #compared = 0

  /** An empty index: {@link FarIndex.fill} until it is done, before anything is asked. */
  constructor(pair: VersionPair) {
    const { length } = pair.old
    this.#pair = pair
    this.#step = stepFor(length)
    const places = length < FAR_GRAM ? 0 : Math.floor((length - FAR_GRAM) / this.#step) + 1
    this.#placeBits = Math.max(8, Math.ceil(Math.log2(places + 1)))
    this.#placeMask = 2 ** this.#placeBits - 1
    const slotBits = Math.max(Math.min(CACHED_SLOT_BITS, this.#placeBits), this.#placeBits - CROWD_BITS)
    this.#shift = 32 - slotBits
    const scratch = takeScratch(2 ** slotBits + places)
    this.#heads = scratch.subarray(0, 2 ** slotBits).fill(0)
    this.#chain = scratch.subarray(2 ** slotBits)
    this.#filledFrom = places
  }

  /** Every so many bytes of the old version are in the index. */
  get step(): number {
    return this.#step
  }

  /** Bytes found to be the same so far, at places that were then not chosen: most of the work of asking, where content repeats. */
  get compared(): number {
    return this.#compared
  }

  /** Lets the next index have the memory. This one is done with then. */
  release(): void {
    giveScratch(this.#heads)
  }

  /**
   * The longest match of at least `shortest` bytes found at `at` of the new version; of equal ones the nearest to the
   * diagonal `near`.
   */
  find(at: number, near: number, shortest: number = FAR_GRAM): FarMatch | undefined {
    const { old, next, oldView, nextView } = this.#pair
    const hash = hashAt(nextView, at)
    const word = nextView.getInt32(at, true)
    let best = -1
    let longest = shortest - 1
    let entry = this.#first(hash)
    for (let tried = 0; entry !== 0 && tried < CANDIDATES; tried++, entry = this.#following(entry, hash)) {
      const from = this.#place(entry)
      // What differs where the best one still agrees cannot be better.
      if (oldView.getInt32(from, true) !== word || old[from + longest - 1] !== next[at + longest - 1])
        continue
      const length = this.#pair.run(from, at, LONGEST)
      this.#compared += length
      if (length < shortest || length < longest) continue
      if (length === longest && !nearer(from, best, at + near)) continue
      longest = length
      best = from
    }
    if (best < 0) return undefined
    this.#compared -= longest
    return { at, from: best, length: longest }
  }

  /**
   * Whether there may be a match of `length` bytes at `at` on another diagonal: there is one, or more places have this content than are
   * tried. The answer costs less than to {@link find} the longest.
   */
  mayBeElsewhere(at: number, diagonal: number, length: number): boolean {
    const hash = hashAt(this.#pair.nextView, at)
    let tried = 0
    for (let entry = this.#first(hash); entry !== 0; entry = this.#following(entry, hash)) {
      if (tried++ === CANDIDATES) return true
      const from = this.#place(entry)
      if (from - at === diagonal) continue
      const same = this.#pair.run(from, at, length)
      this.#compared += same
      if (same === length) return true
    }
    return false
  }

  /** The first entry of a hash, or 0. */
  #first(hash: number): number {
    return this.#passing(this.#heads[hash >>> this.#shift] ?? 0, hash)
  }

  /** The one after `entry`, or 0. */
  #following(entry: number, hash: number): number {
    return this.#passing(this.#chain[(entry & this.#placeMask) - 1] ?? 0, hash)
  }

  /** Passes by entries of other hashes that share a slot. */
  #passing(first: number, hash: number): number {
    const placeBits = this.#placeBits
    const tag = hash << placeBits
    let entry = first
    for (let hops = 0; entry !== 0 && hops < HOPS; hops++) {
      if ((entry ^ tag) >>> placeBits === 0) return entry
      entry = this.#chain[(entry & this.#placeMask) - 1] ?? 0
    }
    return 0
  }

  #place(entry: number): number {
    return ((entry & this.#placeMask) - 1) * this.#step
  }

  /** Takes up to so many places more into the index; whether all are in it. */
  fill(places: number): boolean {
    // Fields would be read again for every place.
    const { oldView } = this.#pair
    const heads = this.#heads
    const chain = this.#chain
    const step = this.#step
    const shift = this.#shift
    const placeBits = this.#placeBits
    const last = Math.max(0, this.#filledFrom - places)
    // From the end, so that chains begin with the earliest place.
    for (let place = this.#filledFrom; place > last; place--) {
      const hash = hashAt(oldView, (place - 1) * step)
      const slot = hash >>> shift
      chain[place - 1] = heads[slot] ?? 0
      heads[slot] = (hash << placeBits) | place
    }
    this.#filledFrom = last
    return last === 0
  }
}

// Pages of memory that are new cost more than filling them.
let spare: WeakRef<ArrayBufferLike> | undefined

function takeScratch(words: number): Int32Array {
  const buffer = spare?.deref()
  spare = undefined
  if (buffer !== undefined && buffer.byteLength >= 4 * words) return new Int32Array(buffer, 0, words)
  return new Int32Array(words)
}

function giveScratch(scratch: Int32Array): void {
  spare = new WeakRef(scratch.buffer)
}

function nearer(from: number, best: number, wanted: number): boolean {
  return Math.abs(from - wanted) < Math.abs(best - wanted)
}

/** Coarser for long versions: the index is most of the time that a few edits in them take. */
function stepFor(length: number): number {
  if (length <= 1 << 20) return 6
  return length <= 1 << 22 ? 8 : 16
}

function hashAt(view: DataView, at: number): number {
  const low =
    Math.imul(view.getInt32(at, true), 0x9e3779b1) ^ Math.imul(view.getInt32(at + 4, true), 0x85ebca77)
  const high =
    Math.imul(view.getInt32(at + 8, true), 0xc2b2ae3d) ^ Math.imul(view.getInt32(at + 12, true), 0x27d4eb2f)
  const mixed = Math.imul((low ^ (low >>> 15)) + high, 0x2c1b3c6d)
  return mixed ^ (mixed >>> 15)
}
