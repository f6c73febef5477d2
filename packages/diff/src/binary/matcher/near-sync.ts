import type { VersionPair } from "./version-pair.ts"

/** How far to skip in both versions, from a difference, until they go on the same. */
export interface NearSync {
  /** Bytes of old that are left out. */
  readonly oldSkip: number
  /** Bytes of new that are literals. */
  readonly nextSkip: number
}

const GRAM = 4
const SLOTS = 1024
const ENOUGH = 32
// So few bytes replaced by as many are recognised without hashing the neighbourhood.
const REPLACED = 4

/**
 * Finds how two versions go on after a difference by looking only at what lies directly behind it: a few bytes
 * replaced, inserted or deleted are recognised without searching all of the old version, and cheaper to name.
 *
 * Scratch memory is reused: one instance serves one matching at a time.
 */
export class NearSyncFinder {
  readonly #pair: VersionPair
  readonly #window: number
  readonly #shortest: number
  // A slot counts only if its stamp is this search's, so nothing is cleared between searches.
  readonly #slots = new Int32Array(SLOTS)
  readonly #chain: Int32Array
  #stamp = 0

  constructor(pair: VersionPair, options: { readonly window: number; readonly shortest: number }) {
    this.#pair = pair
    this.#window = options.window
    this.#shortest = options.shortest
    this.#chain = new Int32Array(options.window)
  }

  /** The cheapest continuation after a difference at `old[from]` and `next[at]`, if there is one in the window. */
  find(from: number, at: number): NearSync | undefined {
    const oldCount = Math.min(this.#window, this.#pair.old.length - from - GRAM + 1)
    const nextCount = Math.min(this.#window, this.#pair.next.length - at - GRAM + 1)
    if (oldCount <= 0 || nextCount <= 0) return undefined
    const replaced = this.#replaced(from, at)
    if (replaced > 0) return { oldSkip: replaced, nextSkip: replaced }
    this.#fill(from, oldCount)
    let best: NearSync | undefined
    let bestScore = 0
    // Fields would be read again at every place.
    const { old, next, oldView, nextView } = this.#pair
    const slots = this.#slots
    const chain = this.#chain
    const stamp = this.#stamp
    for (let nextSkip = 0; nextSkip < nextCount; nextSkip++) {
      if (nextSkip > bestScore + ENOUGH && best !== undefined) break
      const gram = nextView.getInt32(at + nextSkip, true)
      let slot = (slots[slotOf(gram)] ?? 0) - stamp
      for (let tried = 0; slot >= 0 && tried < 4; tried++, slot = chain[slot] ?? -1) {
        if (oldView.getInt32(from + slot, true) !== gram) continue
        const oldAt = from + slot
        const nextAt = at + nextSkip
        const limit = Math.min(old.length - oldAt, next.length - nextAt, 2 * ENOUGH)
        const shift = Math.abs(slot - nextSkip)
        const price = priceOf(shift, nextSkip)
        const needed = Math.min(limit, this.#needed(shift))
        // What differs where it must not to be better, is not compared from its start on.
        const decisive = Math.max(needed - 1, Math.floor(bestScore + price))
        if (decisive >= limit || old[oldAt + decisive] !== next[nextAt + decisive]) continue
        const length = this.#pair.run(oldAt, nextAt, limit)
        if (length < needed || length - price <= bestScore) continue
        bestScore = length - price
        best = { oldSkip: slot, nextSkip }
      }
      if (best !== undefined && bestScore >= ENOUGH - nextSkip) break
    }
    return best
  }

  /** How many bytes at both places are others, if they are few and the versions then go on the same for long; or 0. */
  #replaced(from: number, at: number): number {
    const { old, next } = this.#pair
    for (let skip = 1; skip < REPLACED; skip++) {
      if (old[from + skip] !== next[at + skip] || old[from + skip + 1] !== next[at + skip + 1]) continue
      if (this.#pair.run(from + skip, at + skip, 2 * ENOUGH) === 2 * ENOUGH) return skip
    }
    return 0
  }

  #fill(from: number, count: number): void {
    this.#stamp += this.#window
    if (this.#stamp > 0x7fff0000) {
      this.#slots.fill(0)
      this.#stamp = this.#window
    }
    const { oldView } = this.#pair
    const slots = this.#slots
    const chain = this.#chain
    const stamp = this.#stamp
    for (let skip = count - 1; skip >= 0; skip--) {
      const slot = slotOf(oldView.getInt32(from + skip, true))
      // Below zero what an earlier search left, which ends a chain as well.
      chain[skip] = (slots[slot] ?? 0) - stamp
      slots[slot] = stamp + skip
    }
  }

  /** The shortest continuation that is believed. */
  #needed(shift: number): number {
    return shift === 0 ? this.#shortest : this.#shortest + 4 + (shift >> 5)
  }
}

/** What naming a continuation costs, in bytes it has to save. */
function priceOf(shift: number, nextSkip: number): number {
  return (shift === 0 ? 0 : 6) + Math.min(nextSkip * 0.75, 48)
}

function slotOf(gram: number): number {
  return Math.imul(gram, 0x9e3779b1) >>> 22
}
