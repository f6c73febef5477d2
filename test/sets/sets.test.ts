import { expect, test } from "vitest"
import { judgePair, type PairEnd } from "./judge-pair.ts"
import { largePair, smallPair, smallPairs } from "./set-pair.ts"

/** `SYNCLINE_SEED` runs one pair alone. */
const alone = process.env["SYNCLINE_SEED"]
const first = Number(alone ?? 0)
/** Seeds apart: going through all would take half a minute. It shares no divisor with `smallPairs`. */
const stride = 5
const count = alone === undefined ? Math.floor(smallPairs / stride) : 1

test(`[RI3] [RR2] ${count} pairs from seed ${first}, of sizes to 200 and any difference, end with exactly what differs`, () => {
  const ends: Record<PairEnd, number> = { cells: 0, "ranges-after-cells": 0, ranges: 0, limit: 0 }
  for (let pair = 0; pair < count; pair++) ends[endOf(first + stride * pair)]++
  if (alone !== undefined) return
  for (const [end, seen] of Object.entries(ends)) expect(seen, end).toBeGreaterThan(count / 1000)
}, 120_000)

test("[RI3] [RR2] so do sets of a hundred thousand", () => {
  expect(judgePair(largePair(1), 1)).not.toBe("limit")
}, 60_000)

function endOf(seed: number): PairEnd {
  try {
    return judgePair(smallPair(seed), seed)
  } catch (cause) {
    throw new Error(`the pair of seed ${seed} goes wrong`, { cause })
  }
}
