import { diffError } from "../../error/diff-error.ts"
import { type CopyScript, CopyScriptBuilder } from "./copy-script.ts"
import { equalRun, equalRunBefore } from "./equal-run.ts"
import { FAR_GRAM, FarIndex, type FarMatch, viewOf } from "./far-index.ts"
import { NearSyncFinder } from "./near-sync.ts"

/** How eager {@link matchBytes} is. */
export interface MatchOptions {
  /** Shortest copy that is worth interrupting literals for, right behind a replaced stretch. Default 6. */
  readonly minMatch?: number
  /** Shortest copy from elsewhere. Default 24. */
  readonly minFarMatch?: number
}

/** Longest version that positions of a script can name, in bytes. */
export const MAX_VERSION_BYTES = 2 ** 32 - 1

/**
 * Writes `next` as copies from `old` and literals, few and cheap to name rather than longest first: after each
 * difference it looks right behind it, on the same diagonal and beside, and searches all of `old` only if that fails.
 *
 * Linear in both lengths apart from pathological repetition. Needs about 1 to 8 bytes of memory for a byte of `old`, and none
 * for the index of `old` if every difference is small.
 *
 * @throws SynclineError `binary-too-large` for a version above {@link MAX_VERSION_BYTES}.
 */
export function matchBytes(old: Uint8Array, next: Uint8Array, options: MatchOptions = {}): CopyScript {
  for (const version of [old, next]) {
    if (version.length > MAX_VERSION_BYTES)
      throw diffError("binary-too-large", `a version has ${version.length} bytes; split it below 2^32`)
  }
  return new Matching(old, next, options).run()
}

// Beyond this, hashing the neighbourhood costs more than asking the index of all of old.
const NEAR_WINDOW = 256
const REPEATS = 4
const DRIFT = 24
const ANCHOR_WINDOW = 1024
const ANCHOR = 128
const BACK = 1 << 16

class Matching {
  readonly #old: Uint8Array
  readonly #next: Uint8Array
  readonly #nextView: DataView
  readonly #near: NearSyncFinder
  readonly #minFar: number
  readonly #script = new CopyScriptBuilder()
  // Diagonals (old position minus new position) of recent copies, latest first.
  readonly #recent: number[] = [0]
  #far: FarIndex | undefined
  #drift = 0
  #patience = DRIFT

  constructor(old: Uint8Array, next: Uint8Array, options: MatchOptions) {
    this.#old = old
    this.#next = next
    this.#nextView = viewOf(next)
    const views = { old: viewOf(old), next: this.#nextView }
    this.#near = new NearSyncFinder(old, next, views, {
      window: NEAR_WINDOW,
      shortest: options.minMatch ?? 6
    })
    this.#minFar = options.minFarMatch ?? 24
  }

  run(): CopyScript {
    const { length } = this.#next
    this.#cover(this.#extend(0, 0, length), length)
    return this.#script.finish(length)
  }

  /** Goes on from a difference at `start` up to `stop`, where an anchor may already wait. */
  #cover(start: number, stop: number): void {
    for (let at = start; at < stop; ) {
      const match = (stop === this.#next.length ? this.#anchor(at) : undefined) ?? this.#resume(at, stop)
      if (match === undefined || match.at >= stop) return
      this.#remember(match.from - match.at)
      const end = this.#extend(match.at, match.from, stop)
      this.#drift =
        Math.max(0, this.#drift - (end - match.at) / 32) + 2 + Math.min(6, Math.max(0, match.at - at))
      if (this.#drift < DRIFT) this.#patience = DRIFT
      at = end
    }
  }

  /** Copies from `from` on for as long as both versions are the same; where that ends in new. */
  #extend(at: number, from: number, stop: number): number {
    const limit = Math.min(this.#old.length - from, stop - at)
    const length = equalRun(this.#old, from, this.#next, at, limit)
    if (length > 0) this.#script.copy(at, from, length)
    return at + length
  }

  /**
   * Where nearby continuations have cost much lately, the versions probably go on together elsewhere: a stretch was inserted
   * that resembles what follows. Looks for a long match, and takes back what it explains better.
   */
  #anchor(start: number): FarMatch | undefined {
    if (this.#drift <= this.#patience) return undefined
    this.#patience *= 2
    const far = (this.#far ??= new FarIndex(this.#old))
    const main = this.#recent[0] ?? 0
    const last = Math.min(this.#next.length - FAR_GRAM, start + ANCHOR_WINDOW)
    for (let at = start; at <= last; at++) {
      const match = far.find(this.#next, this.#nextView, at, at, main)
      if (match === undefined || match.length < ANCHOR || match.from - match.at === main) continue
      const limit = Math.min(match.from, match.at, BACK)
      const behind = equalRunBefore(this.#old, match.from, this.#next, match.at, limit)
      const found = { at: match.at - behind, from: match.from - behind, length: match.length + behind }
      if (found.at > start) this.#cover(start, found.at)
      else this.#script.rewind(found.at, 8)
      this.#drift = 0
      return found
    }
    return undefined
  }

  /** The next copy after a difference at `at`: first nearby, then anywhere. */
  #resume(at: number, stop: number): { readonly at: number; readonly from: number } | undefined {
    for (const diagonal of this.#recent) {
      const from = at + diagonal
      if (from < 0 || from >= this.#old.length) continue
      const near = this.#near.find(from, at)
      if (near !== undefined) return { at: at + near.nextSkip, from: from + near.oldSkip }
    }
    return this.#search(at, stop)
  }

  #search(start: number, stop: number): FarMatch | undefined {
    const far = (this.#far ??= new FarIndex(this.#old))
    const main = this.#recent[0] ?? 0
    const last = Math.min(stop - 1, this.#next.length - FAR_GRAM)
    for (let at = start; at <= last; at++) {
      const again = this.#again(start, at)
      if (again !== undefined) return again
      const match = far.find(this.#next, this.#nextView, at, start, main)
      if (match !== undefined && match.length >= this.#minFar) return match
    }
    return undefined
  }

  /** A recent diagonal that goes on at `at`, or old where it stopped. */
  #again(start: number, at: number): FarMatch | undefined {
    for (const diagonal of this.#recent) {
      const match = this.#tryFrom(start, at, at + diagonal) ?? this.#tryFrom(start, at, start + diagonal)
      if (match !== undefined) return match
    }
    return undefined
  }

  #tryFrom(floor: number, at: number, from: number): FarMatch | undefined {
    const old = this.#old
    const next = this.#next
    if (from < 0 || old[from] !== next[at] || old[from + 7] !== next[at + 7]) return undefined
    const length = equalRun(old, from, next, at, Math.min(old.length - from, next.length - at, FAR_GRAM))
    if (length < FAR_GRAM) return undefined
    const behind = equalRunBefore(old, from, next, at, Math.min(from, at - floor))
    return { at: at - behind, from: from - behind, length: length + behind }
  }

  #remember(diagonal: number): void {
    const known = this.#recent.indexOf(diagonal)
    if (known >= 0) this.#recent.splice(known, 1)
    this.#recent.unshift(diagonal)
    if (this.#recent.length > REPEATS) this.#recent.pop()
  }
}
