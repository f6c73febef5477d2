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

/**
 * Where 16 bytes at regular steps of the old version occur, by hash. Chains of equal hashes are walked a few places far and
 * every place is verified.
 *
 * Takes time in proportion to the old version, and up to 8 bytes of memory a step.
 */
export class FarIndex {
  readonly #pair: VersionPair
  readonly #step: number
  readonly #shift: number
  readonly #heads: Uint32Array
  readonly #chain: Uint32Array

  constructor(pair: VersionPair) {
    const { length } = pair.old
    this.#pair = pair
    this.#step = stepFor(length)
    const places = length < FAR_GRAM ? 0 : Math.floor((length - FAR_GRAM) / this.#step) + 1
    const bits = Math.max(8, Math.min(26, Math.ceil(Math.log2(places + 1))))
    this.#shift = 32 - bits
    this.#heads = new Uint32Array(2 ** bits)
    this.#chain = new Uint32Array(places)
    this.#fill(places)
  }

  /**
   * The longest match of at least `shortest` bytes found at `at` of the new version; of equal ones the nearest to the
   * diagonal `near`.
   */
  find(at: number, near: number, shortest: number = FAR_GRAM): FarMatch | undefined {
    const { old, next, oldView, nextView } = this.#pair
    let place = this.#heads[hashAt(nextView, at) >>> this.#shift] ?? 0
    if (place === 0) return undefined
    const word = nextView.getInt32(at, true)
    let best = -1
    let longest = shortest - 1
    for (let tried = 0; place !== 0 && tried < CANDIDATES; tried++) {
      const from = (place - 1) * this.#step
      place = this.#chain[place - 1] ?? 0
      // What differs where the best one still agrees cannot be better.
      if (oldView.getInt32(from, true) !== word || old[from + longest - 1] !== next[at + longest - 1])
        continue
      const length = this.#pair.run(from, at, LONGEST)
      if (length < shortest || length < longest) continue
      if (length === longest && !nearer(from, best, at + near)) continue
      longest = length
      best = from
    }
    return best < 0 ? undefined : { at, from: best, length: longest }
  }

  #fill(places: number): void {
    // Fields would be read again for every place.
    const { oldView } = this.#pair
    // Pages of memory that are new are cheaper to get in order than at random.
    const heads = this.#heads.fill(0)
    const chain = this.#chain
    const step = this.#step
    const shift = this.#shift
    // From the end, so that chains begin with the earliest place.
    for (let place = places; place > 0; place--) {
      const slot = hashAt(oldView, (place - 1) * step) >>> shift
      chain[place - 1] = heads[slot] ?? 0
      heads[slot] = place
    }
  }
}

function nearer(from: number, best: number, wanted: number): boolean {
  return Math.abs(from - wanted) < Math.abs(best - wanted)
}

/** Coarser for long versions: the index is most of the time that a few edits in them take. */
function stepFor(length: number): number {
  if (length <= 1 << 20) return 4
  return length <= 1 << 22 ? 8 : 16
}

function hashAt(view: DataView, at: number): number {
  const low =
    Math.imul(view.getInt32(at, true), 0x9e3779b1) ^ Math.imul(view.getInt32(at + 4, true), 0x85ebca77)
  const high =
    Math.imul(view.getInt32(at + 8, true), 0xc2b2ae3d) ^ Math.imul(view.getInt32(at + 12, true), 0x27d4eb2f)
  const mixed = Math.imul((low ^ (low >>> 15)) + high, 0x2c1b3c6d)
  return (mixed ^ (mixed >>> 15)) >>> 0
}
