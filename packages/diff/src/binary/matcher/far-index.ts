import { equalRun, equalRunBefore } from "./equal-run.ts"

/** A place in the old version that holds what the new one has: all of it, counted in both directions. */
export interface FarMatch {
  readonly at: number
  readonly from: number
  readonly length: number
}

/** Bytes hashed for a place; a match must hold as many in a row, from a multiple of the step on. */
export const FAR_GRAM = 16
// Among many places with the same content, later ones are rarely better.
const CANDIDATES = 12

/**
 * Where 16 bytes at regular steps of a version occur, by hash. Chains of equal hashes are walked a few places far and
 * every place is verified.
 *
 * Takes time and 4/step + 2..4 bytes of memory in proportion to `old`.
 */
export class FarIndex {
  readonly #old: Uint8Array
  readonly #view: DataView
  readonly #step: number
  readonly #shift: number
  readonly #heads: Uint32Array
  readonly #chain: Uint32Array

  constructor(old: Uint8Array) {
    this.#old = old
    this.#view = viewOf(old)
    this.#step = stepFor(old.length)
    const places = old.length < FAR_GRAM ? 0 : Math.floor((old.length - FAR_GRAM) / this.#step) + 1
    const bits = Math.max(8, Math.min(26, Math.ceil(Math.log2(places + 1))))
    this.#shift = 32 - bits
    this.#heads = new Uint32Array(2 ** bits)
    this.#chain = new Uint32Array(places)
    // From the end, so that chains begin with the earliest place.
    for (let place = places - 1; place >= 0; place--) {
      const slot = hashAt(this.#view, place * this.#step) >>> this.#shift
      this.#chain[place] = this.#heads[slot] ?? 0
      this.#heads[slot] = place + 1
    }
  }

  /** The longest match found around `next[at]`, reaching back at most to `floor`; of equal ones the nearest to `near`. */
  find(next: Uint8Array, view: DataView, at: number, floor: number, near: number): FarMatch | undefined {
    let place = this.#heads[hashAt(view, at) >>> this.#shift] ?? 0
    let best: FarMatch | undefined
    for (let tried = 0; place !== 0 && tried < CANDIDATES; tried++) {
      const from = (place - 1) * this.#step
      const match = this.#grow(next, at, from, floor)
      if (match !== undefined && (best === undefined || better(match, best, near))) best = match
      place = this.#chain[place - 1] ?? 0
    }
    return best
  }

  #grow(next: Uint8Array, at: number, from: number, floor: number): FarMatch | undefined {
    const old = this.#old
    const ahead = equalRun(old, from, next, at, Math.min(old.length - from, next.length - at))
    if (ahead < FAR_GRAM) return undefined
    const behind = equalRunBefore(old, from, next, at, Math.min(from, at - floor))
    return { at: at - behind, from: from - behind, length: behind + ahead }
  }
}

/** A view for reading words of `bytes` at any position. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function better(match: FarMatch, best: FarMatch, near: number): boolean {
  if (match.length !== best.length) return match.length > best.length
  return Math.abs(match.from - match.at - near) < Math.abs(best.from - best.at - near)
}

/** Denser where the whole index stays in the processor's caches anyway. */
function stepFor(length: number): number {
  if (length <= 1 << 20) return 1
  return length <= 1 << 22 ? 4 : 8
}

function hashAt(view: DataView, at: number): number {
  const low =
    Math.imul(view.getInt32(at, true), 0x9e3779b1) ^ Math.imul(view.getInt32(at + 4, true), 0x85ebca77)
  const high =
    Math.imul(view.getInt32(at + 8, true), 0xc2b2ae3d) ^ Math.imul(view.getInt32(at + 12, true), 0x27d4eb2f)
  const mixed = Math.imul((low ^ (low >>> 15)) + high, 0x2c1b3c6d)
  return (mixed ^ (mixed >>> 15)) >>> 0
}
