import type { ClockErrorCode } from "../error/clock-error-code.ts"
import { SynclineError } from "../error/syncline-error.ts"
import {
  HLC_COUNTERS_PER_MS,
  HLC_EPOCH_MS,
  HLC_LAST_STAMP,
  type HlcStamp,
  parseHlcStamp
} from "./hlc-stamp.ts"

/**
 * How far ahead of the local wall clock a remote stamp may be and still move the clock: five minutes, the skew Kerberos
 * has long tolerated by default between unsynchronised machines (RFC 4120). Wrong time zones and dead batteries, which
 * are off by an hour and by years, fall outside.
 */
export const DEFAULT_MAX_DRIFT_MS: number = 5 * 60_000

/** What a {@link HybridLogicalClock} runs on. */
export interface HybridLogicalClockOptions {
  /** The wall clock: Unix time in milliseconds. May stand still, go back or be wrong. */
  readonly nowMs: () => number
  /** See {@link DEFAULT_MAX_DRIFT_MS}, the default. */
  readonly maxDriftMs?: number
  /** The last stamp a former run persisted, so that this run's stamps follow it. */
  readonly last?: HlcStamp | undefined
}

/** A batch of received stamps, judged but not yet applied to the clock; see {@link HybridLogicalClock.prepare}. */
export interface HlcObservation {
  /** The highest stamp that may move the clock; undefined if there is none. */
  readonly highest: HlcStamp | undefined
  /** The stamps too far ahead to move it, in the order given. They are data like any other: admit and mark them. */
  readonly untrusted: readonly HlcStamp[]
  /** Moves the clock past `highest`. Call it when the batch's data is applied; calling it again does nothing. */
  commit(): void
}

/**
 * Issues stamps that stay close to wall time and never go back, and follow every stamp observed (Kulkarni et al., 2014).
 *
 * A wall clock that stands still or goes back costs nothing but counter values; past 4,095 in a millisecond the next one
 * is borrowed. Readings outside 2020–2089 are ignored. Remote stamps move the clock at most to the wall clock plus
 * `maxDriftMs`, whatever peers send.
 */
export class HybridLogicalClock {
  readonly #nowMs: () => number
  readonly #maxDriftMs: number
  #last: number

  constructor(options: HybridLogicalClockOptions) {
    this.#nowMs = options.nowMs
    this.#maxDriftMs = options.maxDriftMs ?? DEFAULT_MAX_DRIFT_MS
    this.#last = options.last === undefined ? -1 : parseHlcStamp(options.last)
  }

  /** The highest stamp issued or observed; what to persist for the next run. Undefined before the first. */
  get last(): HlcStamp | undefined {
    return this.#last < 0 ? undefined : (this.#last as HlcStamp)
  }

  /** A stamp above all issued and observed ones. Throws `hlc-exhausted` only after the last stamp there is. */
  now(): HlcStamp {
    // Packed, "the next counter" and "the first counter of the next millisecond" are the same addition.
    const next = this.#last + 1
    const wall = this.#wallStamp()
    const stamp = wall > next ? wall : next
    if (stamp > HLC_LAST_STAMP) throw exhausted()
    this.#last = stamp
    return stamp as HlcStamp
  }

  /** Whether `stamp` may move the clock, judged by the wall clock now. */
  trusts(stamp: HlcStamp): boolean {
    return stamp <= this.#highestTrusted()
  }

  /**
   * Judges received stamps without moving the clock, so that a batch that fails to apply leaves no trace. The wall
   * clock is read once. Throws `hlc-stamp-invalid` for a number that is no stamp.
   */
  prepare(stamps: Iterable<HlcStamp>): HlcObservation {
    const bound = this.#highestTrusted()
    const untrusted: HlcStamp[] = []
    let highest = -1
    for (const stamp of stamps) {
      parseHlcStamp(stamp)
      if (stamp > bound) untrusted.push(stamp)
      else if (stamp > highest) highest = stamp
    }
    return {
      highest: highest < 0 ? undefined : (highest as HlcStamp),
      untrusted,
      commit: () => {
        if (highest > this.#last) this.#last = highest
      }
    }
  }

  /** The wall clock as a stamp; −1 if its reading is outside the layout or no number. */
  #wallStamp(): number {
    const stamp = Math.floor(this.#nowMs() - HLC_EPOCH_MS) * HLC_COUNTERS_PER_MS
    return stamp >= 0 && stamp <= HLC_LAST_STAMP ? stamp : -1
  }

  #highestTrusted(): number {
    const wall = this.#wallStamp()
    const bound = wall < 0 ? -1 : wall + this.#maxDriftMs * HLC_COUNTERS_PER_MS
    // What the clock has passed already cannot move it, however far the wall clock has gone back since.
    return bound > this.#last ? bound : this.#last
  }
}

function exhausted(): SynclineError<ClockErrorCode> {
  return new SynclineError(
    "hlc-exhausted",
    "The clock has issued its last stamp (2089-09-06 UTC); check the wall clock"
  )
}
