import type { ClockErrorCode } from "../error/clock-error-code.ts"
import { SynclineError } from "../error/syncline-error.ts"

declare const hlcStampBrand: unique symbol

/**
 * A hybrid logical time as one safe integer: milliseconds since 2020-01-01 UTC in the upper 41 bits (to 2089-09-06), a
 * counter in the lower 12. `<` orders stamps. Not unique across actors: break ties by actor.
 */
export type HlcStamp = number & { readonly [hlcStampBrand]: true }

/** Milliseconds from the Unix epoch to the first stamp's, 2020-01-01T00:00:00Z. */
export const HLC_EPOCH_MS: number = Date.UTC(2020, 0, 1)
/** Stamps one millisecond has room for. */
export const HLC_COUNTERS_PER_MS = 4096
/** The last stamp there is. */
export const HLC_LAST_STAMP: HlcStamp = Number.MAX_SAFE_INTEGER as HlcStamp

const LAST_MS = 2 ** 41 - 1

/** The stamp of a Unix time in milliseconds and a counter from 0 to 4095. Throws `hlc-stamp-invalid`. */
export function hlcStampFromParts(unixMs: number, counter = 0): HlcStamp {
  const ms = unixMs - HLC_EPOCH_MS
  if (!Number.isInteger(ms) || ms < 0 || ms > LAST_MS) throw invalid(`Unix time ${unixMs} ms`)
  if (!Number.isInteger(counter) || counter < 0 || counter >= HLC_COUNTERS_PER_MS) {
    throw invalid(`Counter ${counter}`)
  }
  return (ms * HLC_COUNTERS_PER_MS + counter) as HlcStamp
}

/** The Unix time in milliseconds and the counter a stamp is made of. */
export function hlcStampToParts(stamp: HlcStamp): { readonly unixMs: number; readonly counter: number } {
  return {
    unixMs: HLC_EPOCH_MS + Math.floor(stamp / HLC_COUNTERS_PER_MS),
    counter: stamp % HLC_COUNTERS_PER_MS
  }
}

/** The time of a stamp, to the millisecond. */
export function stampToDate(stamp: HlcStamp): Date {
  return new Date(hlcStampToParts(stamp).unixMs)
}

/** Whether a value from outside is a stamp: every safe integer from 0 is one. */
export function isHlcStamp(value: unknown): value is HlcStamp {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

/** Checks a value from outside. Throws `hlc-stamp-invalid`. */
export function parseHlcStamp(value: unknown): HlcStamp {
  if (!isHlcStamp(value)) throw invalid(`The value ${String(value)}`)
  return value
}

function invalid(what: string): SynclineError<ClockErrorCode> {
  return new SynclineError(
    "hlc-stamp-invalid",
    `${what} is outside the stamps (2020-01-01 to 2089-09-06 UTC, counter 0 to 4095)`
  )
}
