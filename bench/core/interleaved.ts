import { median } from "../harness/bench.ts"

/** Medians of two measurements taken in turns, and of their ratios. */
export interface Interleaved {
  readonly ours: number
  readonly peer: number
  readonly ratio: number
}

/**
 * Takes two measurements in turns, each giving a figure of its own, for what `pair` cannot run: work that is
 * asynchronous, or that needs a fresh start each time. The first round only warms up.
 */
export async function interleaved(
  rounds: number,
  ours: () => Promise<number> | number,
  peer: () => Promise<number> | number
): Promise<Interleaved> {
  const taken: Array<{ ours: number; peer: number }> = []
  for (let round = 0; round <= rounds; round++) {
    // Who goes first alternates, so that neither always follows the other's garbage.
    const early = round % 2 === 0 ? await ours() : await peer()
    const late = round % 2 === 0 ? await peer() : await ours()
    if (round > 0) taken.push(round % 2 === 0 ? { ours: early, peer: late } : { ours: late, peer: early })
  }
  return {
    ours: median(taken.map(round => round.ours)),
    peer: median(taken.map(round => round.peer)),
    ratio: median(taken.map(round => round.ours / round.peer))
  }
}

/** Milliseconds until `work` has settled. */
export async function elapsedMs(work: () => unknown): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}
