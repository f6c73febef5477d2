import type { ArrayWindow } from "./array-window.ts"
import { increasingPositions } from "../../sequence/increasing-positions.ts"

// So many looks tell a list in another order from one with some elements moved, and cost little beside interning all.
const SAMPLES = 16
// A list in another order keeps more samples in order once in a hundred times; one of which a fifth moved keeps so few
// once in 700.
const MOST_IN_ORDER = 8
const SMALLEST = 64

/** How many operations a list that looks shuffled takes an element: half of them at least, most with a second path. */
export const SHUFFLED_SHARE = 0.75

/**
 * Whether a window of texts or numbers seems to be in another order on either side: of some samples only few are there
 * in the same order, and none repeats, so that there is no other place where they could have stayed.
 */
export function looksShuffled({ a, b, aStart, aEnd, bStart, bEnd }: ArrayWindow): boolean {
  const come = bEnd - bStart
  if (come < SMALLEST || aEnd - aStart < SMALLEST) return false
  const places: number[] = []
  for (let sample = 0; sample < SAMPLES; sample++) {
    const value = b[bStart + Math.trunc((come * (sample + 0.5)) / SAMPLES)]
    if (typeof value !== "string" && typeof value !== "number") return false
    const place = a.indexOf(value, aStart)
    if (place === -1) continue
    if (a.indexOf(value, place + 1) !== -1) return false
    places.push(place)
  }
  return increasingPositions(Int32Array.from(places)).length <= MOST_IN_ORDER
}
