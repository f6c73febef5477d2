import { type CopyScript, CopyScriptBuilder } from "./copy-script.ts"
import { FAR_GRAM, FarIndex, type FarMatch } from "./far-index.ts"
import { NearSyncFinder } from "./near-sync.ts"
import { VersionPair } from "./version-pair.ts"

interface Place {
  readonly at: number
  readonly from: number
}

// All constants were chosen on the inputs that the benches call tuned, for bytes first and then for time.
/** How far nearby is: beyond, hashing the neighbourhood costs more than asking the index of all of old. */
export const NEAR_WINDOW = 128
/** How far it is where columns are coded by a general compressor: it gains nothing from odd places further away. */
export const NEAR_WINDOW_FAST = 72
/** Shortest copy on the same diagonal that is worth interrupting literals for. */
const SHORTEST_NEAR = 6
/** Shortest copy from anywhere. */
const SHORTEST_FAR = 24
/** What nearby continuations may have cost lately, in bytes, before a better place is looked for. */
const DRIFT = 12
/** A copy pays for one byte of drift with as many bytes. */
const DRIFT_PAY = 32
/** How far ahead that place is looked for. */
const ANCHOR_WINDOW = 512
/** How long the versions must be the same there. */
const ANCHOR = 160
/**
 * So many places are asked one by one only if one of the last of them, as many as the index has steps (16 at most), may go on
 * elsewhere for {@link ANCHOR_PROBE} bytes: an anchor at any of them does, as `ANCHOR_STRIDE + ANCHOR_PROBE <= ANCHOR`.
 */
const ANCHOR_STRIDE = 96
const ANCHOR_PROBE = 48
/**
 * What looking for an anchor may cost, in bytes found to be the same in vain: 32 for each place. Where content repeats, each has a dozen places to
 * compare with, as far as they go, and the next search may be a few hundred bytes away.
 */
const ANCHOR_WORK = 32 * ANCHOR_WINDOW
/** How far back they are compared from there. */
const ANCHOR_BACK = 1 << 16
/** What is left of a copy that is taken back must be as long to be kept. */
const SHORTEST_REST = 8
// So many bytes without a match are searched before the caller may pause.
const SEARCH_BYTES = 1 << 18

/** The work of matching two versions, front to back, in steps of the caller's choice. */
export class Matching {
  readonly #pair: VersionPair
  readonly #near: NearSyncFinder
  readonly #script = new CopyScriptBuilder()
  // Old position minus new position of the last copy.
  #diagonal = 0
  #far: FarIndex | undefined
  #filling: FarIndex | undefined
  #at = 0
  #drift = 0
  #patience = DRIFT

  constructor(old: Uint8Array, next: Uint8Array, nearWindow: number) {
    this.#pair = new VersionPair(old, next)
    this.#near = new NearSyncFinder(this.#pair, { window: nearWindow, shortest: SHORTEST_NEAR })
  }

  /** How much of the new version is described. */
  get at(): number {
    return this.#at
  }

  get done(): boolean {
    return this.#at >= this.#pair.next.length
  }

  /** Whether nothing more can be described before all of old is indexed. */
  get wantsIndex(): boolean {
    return this.#filling !== undefined
  }

  /** Indexes `places` more of old, where that is wanted. */
  index(places: number): void {
    if (this.#filling?.fill(places) !== true) return
    this.#far = this.#filling
    this.#filling = undefined
  }

  /** Describes `bytes` more of the new version, or somewhat more than that; or less, if the index is wanted. */
  advance(bytes: number): void {
    const { length } = this.#pair.next
    const end = Math.min(length, this.#at + bytes)
    if (this.#at === 0) this.#at = this.#extend(0, 0, length)
    while (this.#at < end && !this.wantsIndex) this.#at = this.#step(this.#at, length)
  }

  /** The script, once {@link done}. */
  finish(): CopyScript {
    this.#far?.release()
    this.#far = undefined
    return this.#script.finish(this.#pair.next.length)
  }

  /** Describes what comes before an anchor that waits at `stop`. */
  #fill(start: number, stop: number): void {
    for (let at = start; at < stop; ) at = this.#step(at, stop)
  }

  /** One copy more, after a difference at `at`, ending no later than `stop`; where it ends. */
  #step(at: number, stop: number): number {
    const drifted = stop === this.#pair.next.length && this.#drift > this.#patience
    if (drifted && this.#far === undefined) return this.#waitForIndex(at)
    const match = (drifted ? this.#anchor(at) : undefined) ?? this.#resume(at)
    if (match === undefined) return this.#search(at, stop)
    return match.at >= stop ? stop : this.#take(match, at, stop)
  }

  /** Nothing goes on from `at` until all of old is indexed: too long to be done at once. */
  #waitForIndex(at: number): number {
    this.#filling = new FarIndex(this.#pair)
    return at
  }

  #take(match: Place, at: number, stop: number): number {
    this.#diagonal = match.from - match.at
    const end = this.#extend(match.at, match.from, stop)
    const literals = Math.max(0, match.at - at)
    this.#drift = Math.max(0, this.#drift - (end - match.at) / DRIFT_PAY) + 2 + Math.min(6, literals)
    if (this.#drift < DRIFT) this.#patience = DRIFT
    return end
  }

  /** Copies from `from` on for as long as both versions are the same; where that ends in new. */
  #extend(at: number, from: number, stop: number): number {
    const length = this.#pair.run(from, at, stop - at)
    if (length > 0) this.#script.copy(at, from, length)
    return at + length
  }

  /**
   * Where nearby continuations have cost much lately, the versions probably go on together elsewhere: a stretch was inserted
   * that resembles what follows. Looks for a long match, and takes back what it explains better.
   */
  #anchor(start: number): Place | undefined {
    const far = this.#far
    if (far === undefined) return undefined
    this.#patience *= 2
    const last = Math.min(this.#pair.next.length - FAR_GRAM, start + ANCHOR_WINDOW)
    const work = far.compared + ANCHOR_WORK
    for (let from = start, end = from; from <= last && far.compared < work; from = end) {
      end = Math.min(from + ANCHOR_STRIDE, last + 1)
      if (!this.#moves(far, Math.max(from, end - far.step), end)) continue
      const match = this.#findAnchor(far, from, end, work)
      if (match === undefined) continue
      const behind = this.#pair.runBefore(match.from, match.at, ANCHOR_BACK)
      const found = { at: match.at - behind, from: match.from - behind }
      if (found.at > start) this.#fill(start, found.at)
      else this.#script.rewind(found.at, SHORTEST_REST)
      this.#drift = 0
      return found
    }
    return undefined
  }

  /** Whether the versions may go on together on another diagonal at one of the places from `start` on and before `end`. */
  #moves(far: FarIndex, start: number, end: number): boolean {
    for (let at = start; at < end; at++) if (far.mayBeElsewhere(at, this.#diagonal, ANCHOR_PROBE)) return true
    return false
  }

  /** The first anchor on another diagonal than the last one, from `start` on and before `end`, unless `work` is done first. */
  #findAnchor(far: FarIndex, start: number, end: number, work: number): FarMatch | undefined {
    for (let at = start; at < end && far.compared < work; at++) {
      const match = far.find(at, this.#diagonal, ANCHOR)
      if (match !== undefined && match.from - match.at !== this.#diagonal) return match
    }
    return undefined
  }

  /** How the last diagonal goes on after a difference at `at`, or one beside it. */
  #resume(at: number): Place | undefined {
    const from = at + this.#diagonal
    if (from < 0 || from >= this.#pair.old.length) return undefined
    const near = this.#near.find(from, at)
    return near === undefined ? undefined : { at: at + near.nextSkip, from: from + near.oldSkip }
  }

  /** Looks for a copy in all of old, from `start` on; where that ends, or where it gave up for now. */
  #search(start: number, stop: number): number {
    const far = this.#far
    if (far === undefined) return this.#waitForIndex(start)
    const floor = this.#script.end
    const end = Math.min(stop, start + SEARCH_BYTES)
    const last = Math.min(end - 1, this.#pair.next.length - FAR_GRAM)
    for (let at = start; at <= last; at++) {
      const again = this.#again(floor, at)
      if (again !== undefined) return this.#take(again, start, stop)
      const match = far.find(at, this.#diagonal)
      if (match === undefined) continue
      const behind = this.#pair.runBefore(match.from, at, at - floor)
      if (match.length + behind >= SHORTEST_FAR)
        return this.#take({ at: at - behind, from: match.from - behind }, start, stop)
    }
    return end
  }

  /** The last diagonal if it goes on at `at`, or old from where its copy stopped. */
  #again(floor: number, at: number): Place | undefined {
    return this.#tryFrom(floor, at, at + this.#diagonal) ?? this.#tryFrom(floor, at, floor + this.#diagonal)
  }

  #tryFrom(floor: number, at: number, from: number): Place | undefined {
    const { old, next } = this.#pair
    if (from < 0 || old[from] !== next[at] || old[from + 7] !== next[at + 7]) return undefined
    if (this.#pair.run(from, at, FAR_GRAM) < FAR_GRAM) return undefined
    const behind = this.#pair.runBefore(from, at, at - floor)
    return { at: at - behind, from: from - behind }
  }
}
