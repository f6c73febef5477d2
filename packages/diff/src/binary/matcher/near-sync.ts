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
    this.#fill(from, oldCount)
    let best: NearSync | undefined
    let bestScore = 0
    // Fields would be read again at every place.
    const { oldView, nextView } = this.#pair
    const slots = this.#slots
    const chain = this.#chain
    const stamp = this.#stamp
    for (let nextSkip = 0; nextSkip < nextCount; nextSkip++) {
      if (nextSkip > bestScore + ENOUGH && best !== undefined) break
      const gram = nextView.getInt32(at + nextSkip, true)
      let slot = (slots[slotOf(gram)] ?? 0) - stamp
      for (let tried = 0; slot >= 0 && tried < 4; tried++, slot = chain[slot] ?? -1) {
        if (oldView.getInt32(from + slot, true) !== gram) continue
        const score = this.#score(from + slot, at + nextSkip, slot, nextSkip)
        if (score <= bestScore) continue
        bestScore = score
        best = { oldSkip: slot, nextSkip }
      }
      if (best !== undefined && bestScore >= ENOUGH - nextSkip) break
    }
    return best
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

  /** What a continuation is worth, in bytes it saves; 0 if it is too short to be believed. */
  #score(from: number, at: number, oldSkip: number, nextSkip: number): number {
    const { old, next } = this.#pair
    const limit = Math.min(old.length - from, next.length - at, 2 * ENOUGH)
    const length = this.#pair.run(from, at, limit)
    const shift = Math.abs(oldSkip - nextSkip)
    const needed = shift === 0 ? this.#shortest : this.#shortest + 4 + (shift >> 5)
    if (length < limit && length < needed) return 0
    return length - (shift === 0 ? 0 : 6) - Math.min(nextSkip * 0.75, 48)
  }
}

function slotOf(gram: number): number {
  return Math.imul(gram, 0x9e3779b1) >>> 22
}
