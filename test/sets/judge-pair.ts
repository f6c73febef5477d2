import { isSynclineError } from "@syncline/clock"
import type { SetDifference, SetId } from "@syncline/diff/set"
import { fuzzRandom } from "../fuzz/fuzz-random.ts"
import { byCells, byRanges, type Ended } from "./reconcile.ts"
import type { SetPair } from "./set-pair.ts"

/** How a pair ended: by cells, by ranges after cells gave up, by ranges alone, or with a limit that both name. */
export type PairEnd = "cells" | "ranges-after-cells" | "ranges" | "limit"

type Outcome = { readonly status: string } & Partial<SetDifference>

/**
 * Reconciles a pair as links do: by cells, and where these give up, by ranges; one pair in eight by ranges at once. Bounds and beginnings are
 * drawn from the seed, so that some are too tight.
 *
 * @throws Error when a side ends with anything but exactly what differs, or one ends and the other does not.
 */
export function judgePair(pair: SetPair, seed: number): PairEnd {
  const random = fuzzRandom(seed ^ 0x5bd1e995)
  const differing = pair.left.length + pair.right.length
  if (random.below(8) > 0) {
    const firstCells = 1 + random.below(64)
    const maxCells = random.below(8) === 0 ? firstCells + random.below(1 + 2 * differing) : 2 ** 20
    const ended = byCells(pair, { firstCells, maxCells }, 1 + random.below(64))
    if (ended.left?.status !== "gave-up") return exact(ended, pair, "cells")
    if (ended.right?.status !== "gave-up") throw new Error("one side gave up, the other did not")
    return rangesOf(pair, seed, "ranges-after-cells")
  }
  return rangesOf(pair, seed, "ranges")
}

/** What a side takes from the other at most, where the pair says nothing else. */
const defaultMessages = 256

/** Bytes of frames per differing id that are enough in any case, ids and the sums that lead to them: 24 to 34 were seen. */
const ampleBytes = 64

function rangesOf(pair: SetPair, seed: number, end: PairEnd): PairEnd {
  const random = fuzzRandom(seed ^ 0x27d4eb2f)
  const firstParts = 1 + random.below(40)
  const tight = random.below(16) === 0 ? { maxMessages: 1 + random.below(3) } : {}
  const maxFrameBytes = random.below(2) === 0 ? 1024 + random.below(4096) : 2 ** 20
  const differing = pair.left.length + pair.right.length
  const mayLimit = "maxMessages" in tight || differing * ampleBytes > defaultMessages * maxFrameBytes
  try {
    return exact(byRanges(pair, { firstParts, maxFrameBytes, ...tight }), pair, end)
  } catch (error) {
    if (isSynclineError(error) && error.code === "set-limit" && mayLimit) return "limit"
    throw error
  }
}

function exact(ended: Ended<Outcome>, { left, right }: SetPair, end: PairEnd): PairEnd {
  mustBe(ended.left, left, right)
  mustBe(ended.right, right, left)
  return end
}

function mustBe(outcome: Outcome | undefined, ours: readonly SetId[], theirs: readonly SetId[]): void {
  if (outcome?.status !== "decoded") throw new Error(`a side ended with ${outcome?.status ?? "nothing"}`)
  if (!sameIds(outcome.ours ?? [], ours) || !sameIds(outcome.theirs ?? [], theirs))
    throw new Error("a difference was reported that is none, or one was not")
}

function sameIds(found: readonly SetId[], expected: readonly SetId[]): boolean {
  if (found.length !== expected.length) return false
  const names = new Set(expected.map(nameOf))
  return found.every(id => names.delete(nameOf(id)))
}

function nameOf(id: SetId): bigint {
  return new DataView(id.buffer, id.byteOffset).getBigUint64(0)
}
