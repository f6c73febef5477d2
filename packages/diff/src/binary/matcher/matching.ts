import { type CopyScript, CopyScriptBuilder } from "./copy-script.ts"
import { FAR_GRAM, FarIndex } from "./far-index.ts"
import { NearSyncFinder } from "./near-sync.ts"
import { VersionPair } from "./version-pair.ts"

/** How eager a matching is. */
export interface MatchOptions {
  /** Shortest copy that is worth interrupting literals for, right behind a replaced stretch. Default 6. */
  readonly minMatch?: number
  /** Shortest copy from elsewhere. Default 24. */
  readonly minPlace?: number
}

interface Place {
  readonly at: number
  readonly from: number
}

// Beyond this, hashing the neighbourhood costs more than asking the index of all of old.
const NEAR_WINDOW = 256
const REPEATS = 4
const DRIFT = 24
const ANCHOR_WINDOW = 1024
const ANCHOR = 128
const BACK = 1 << 16

// So many bytes without a match are searched before the caller may pause.
const SEARCH_BYTES = 1 << 18

/** The work of matching two versions, front to back, in steps of the caller's choice. */
export class Matching {
  readonly #pair: VersionPair
  readonly #near: NearSyncFinder
  readonly #minFar: number
  readonly #script = new CopyScriptBuilder()
  // Diagonals (old position minus new position) of recent copies, latest first.
  readonly #recent: number[] = [0]
  #far: FarIndex | undefined
  #at = 0
  #drift = 0
  #patience = DRIFT

  constructor(old: Uint8Array, next: Uint8Array, options: MatchOptions) {
    this.#pair = new VersionPair(old, next)
    this.#near = new NearSyncFinder(this.#pair, { window: NEAR_WINDOW, shortest: options.minMatch ?? 6 })
    this.#minFar = options.minPlace ?? 24
  }

  /** How much of the new version is described. */
  get at(): number {
    return this.#at
  }

  get done(): boolean {
    return this.#at >= this.#pair.next.length
  }

  /** Describes `bytes` more of the new version, or somewhat more than that. */
  advance(bytes: number): void {
    const { length } = this.#pair.next
    const end = Math.min(length, this.#at + bytes)
    if (this.#at === 0) this.#at = this.#extend(0, 0, length)
    while (this.#at < end) this.#at = this.#step(this.#at, length)
  }

  /** The script, once {@link done}. */
  finish(): CopyScript {
    return this.#script.finish(this.#pair.next.length)
  }

  /** Describes what comes before an anchor that waits at `stop`. */
  #fill(start: number, stop: number): void {
    for (let at = start; at < stop; ) at = this.#step(at, stop)
  }

  /** One copy more, after a difference at `at`, ending no later than `stop`; where it ends. */
  #step(at: number, stop: number): number {
    const match = (stop === this.#pair.next.length ? this.#anchor(at) : undefined) ?? this.#resume(at)
    if (match === undefined) return this.#search(at, stop)
    return match.at >= stop ? stop : this.#take(match, at, stop)
  }

  #take(match: Place, at: number, stop: number): number {
    this.#remember(match.from - match.at)
    const end = this.#extend(match.at, match.from, stop)
    const literals = Math.max(0, match.at - at)
    this.#drift = Math.max(0, this.#drift - (end - match.at) / 32) + 2 + Math.min(6, literals)
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
    if (this.#drift <= this.#patience) return undefined
    this.#patience *= 2
    const far = (this.#far ??= new FarIndex(this.#pair))
    const main = this.#recent[0] ?? 0
    const last = Math.min(this.#pair.next.length - FAR_GRAM, start + ANCHOR_WINDOW)
    for (let at = start; at <= last; at++) {
      const match = far.find(at, main)
      if (match === undefined || match.length < ANCHOR || match.from - match.at === main) continue
      const behind = this.#pair.runBefore(match.from, at, BACK)
      const found = { at: at - behind, from: match.from - behind }
      if (found.at > start) this.#fill(start, found.at)
      else this.#script.rewind(found.at, 8)
      this.#drift = 0
      return found
    }
    return undefined
  }

  /** How one of the recent diagonals goes on after a difference at `at`. */
  #resume(at: number): Place | undefined {
    for (const diagonal of this.#recent) {
      const from = at + diagonal
      if (from < 0 || from >= this.#pair.old.length) continue
      const near = this.#near.find(from, at)
      if (near !== undefined) return { at: at + near.nextSkip, from: from + near.oldSkip }
    }
    return undefined
  }

  /** Looks for a copy in all of old, from `start` on; where that ends, or where it gave up for now. */
  #search(start: number, stop: number): number {
    const far = (this.#far ??= new FarIndex(this.#pair))
    const main = this.#recent[0] ?? 0
    const floor = this.#script.end
    const end = Math.min(stop, start + SEARCH_BYTES)
    const last = Math.min(end - 1, this.#pair.next.length - FAR_GRAM)
    for (let at = start; at <= last; at++) {
      const again = this.#again(floor, at)
      if (again !== undefined) return this.#take(again, start, stop)
      const match = far.find(at, main)
      if (match === undefined) continue
      const behind = this.#pair.runBefore(match.from, at, at - floor)
      if (match.length + behind >= this.#minFar)
        return this.#take({ at: at - behind, from: match.from - behind }, start, stop)
    }
    return end
  }

  /** A recent diagonal that goes on at `at`, or old where it stopped. */
  #again(floor: number, at: number): Place | undefined {
    for (const diagonal of this.#recent) {
      const match = this.#tryFrom(floor, at, at + diagonal) ?? this.#tryFrom(floor, at, floor + diagonal)
      if (match !== undefined) return match
    }
    return undefined
  }

  #tryFrom(floor: number, at: number, from: number): Place | undefined {
    const { old, next } = this.#pair
    if (from < 0 || old[from] !== next[at] || old[from + 7] !== next[at + 7]) return undefined
    if (this.#pair.run(from, at, FAR_GRAM) < FAR_GRAM) return undefined
    const behind = this.#pair.runBefore(from, at, at - floor)
    return { at: at - behind, from: from - behind }
  }

  #remember(diagonal: number): void {
    const known = this.#recent.indexOf(diagonal)
    if (known >= 0) this.#recent.splice(known, 1)
    this.#recent.unshift(diagonal)
    if (this.#recent.length > REPEATS) this.#recent.pop()
  }
}
