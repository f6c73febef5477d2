import { nextTurn } from "#platform"
import { diffError } from "../../error/diff-error.ts"
import type { CopyScript } from "./copy-script.ts"
import { Matching, NEAR_WINDOW, NEAR_WINDOW_FAST } from "./matching.ts"

/** Longest version that positions of a script can name, in bytes. */
export const MAX_VERSION_BYTES: number = 2 ** 32 - 1

/**
 * Writes `next` as copies from `old` and literals, few and cheap to name rather than longest first: after each
 * difference it looks right behind it, on the same diagonal and beside, and searches all of `old` only if that fails. How far
 * right behind is depends on how literals are coded, that is on `level`.
 *
 * Linear in both lengths apart from pathological repetition. Needs up to two bytes of memory for a byte of `old`, a third of one
 * above 4 MiB, and none for the index of `old` if every difference is small.
 *
 * @throws SynclineError `binary-too-large` for a version above {@link MAX_VERSION_BYTES}.
 */
export function matchBytes(old: Uint8Array, next: Uint8Array, level: "fast" | "small" = "fast"): CopyScript {
  const matching = startMatching(old, next, level)
  while (!matching.done) {
    matching.advance(Number.POSITIVE_INFINITY)
    matching.index(Number.POSITIVE_INFINITY)
  }
  return matching.finish()
}

/** How {@link matchBytesInTurns} is watched. */
export interface TurnOptions {
  /** Rejects with its reason at the next turn, that is after a megabyte of `next`. */
  readonly signal?: AbortSignal | undefined
  /**
   * Told between turns which share of `next` is described, from 0 up to below 1, and exactly 1 once, when all is done. A share and not bytes. What
   * is the same in both goes by in one turn, and coding comes after it: a short way may be told of by the 1 alone.
   */
  readonly onProgress?: ((share: number) => void) | undefined
}

// Some milliseconds of work: short for an event loop, long against the cost of a turn.
const TURN_BYTES = 1 << 20
const TURN_PLACES = 1 << 17

/** As {@link matchBytes}, giving way to other work between megabytes. */
export async function matchBytesInTurns(
  old: Uint8Array,
  next: Uint8Array,
  level: "fast" | "small",
  options: TurnOptions
): Promise<CopyScript> {
  const matching = startMatching(old, next, level)
  for (;;) {
    options.signal?.throwIfAborted()
    const { at, wantsIndex } = matching
    if (wantsIndex) matching.index(TURN_PLACES)
    else matching.advance(TURN_BYTES)
    if (matching.done) return matching.finish()
    if (matching.at > at) options.onProgress?.(matching.at / next.length)
    await nextTurn()
  }
}

function startMatching(old: Uint8Array, next: Uint8Array, level: "fast" | "small"): Matching {
  for (const version of [old, next]) {
    if (version.length > MAX_VERSION_BYTES)
      throw diffError("binary-too-large", `a version has ${version.length} bytes; split it below 2^32`)
  }
  return new Matching(old, next, level === "small" ? NEAR_WINDOW : NEAR_WINDOW_FAST)
}
