import { fuzzRandom } from "./fuzz-random.ts"
import type { FuzzTarget } from "./fuzz-target.ts"

/** What a run did, so that one that did nothing shows. */
export interface FuzzReport {
  readonly name: string
  readonly accepted: number
  readonly refused: number
  /** The input that took longest, in milliseconds, and its seed: where to look for work out of proportion. */
  readonly slowestMs: number
  readonly slowestSeed: number
}

/** What is done beside each input. */
export interface FuzzWatch {
  /** Whole and broken milliseconds since some moment. */
  readonly nowMs: () => number
  /** An input begins. */
  readonly onInput: (seed: number) => void
}

const unwatched: FuzzWatch = { nowMs: () => performance.now(), onInput: () => {} }

/**
 * Runs `count` inputs, of seeds `firstSeed` and up.
 *
 * @throws Error with the seed of the first input that broke a rule; that failure is its cause.
 */
export async function fuzz(
  target: FuzzTarget,
  count: number,
  firstSeed: number,
  { nowMs, onInput }: FuzzWatch = unwatched
): Promise<FuzzReport> {
  const outcomes = { accepted: 0, refused: 0 }
  let slowestMs = 0
  let slowestSeed = firstSeed
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    // Memory outside of the heap is given back between turns of the event loop only.
    if (seed % 1000 === 0) await new Promise(resolve => setImmediate(resolve))
    onInput(seed)
    const start = nowMs()
    try {
      outcomes[await target.run(fuzzRandom(seed))]++
    } catch (cause) {
      throw new Error(`${target.name} fails for seed ${seed}: ${String(cause)}`, { cause })
    }
    const ms = nowMs() - start
    if (ms > slowestMs) [slowestMs, slowestSeed] = [ms, seed]
  }
  return { name: target.name, ...outcomes, slowestMs, slowestSeed }
}
