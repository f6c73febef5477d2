/** A decoder under fuzz. `test/fuzz/run.ts COUNT [SEED] [name …]` runs all of them; a share runs in the tests. */
export interface FuzzTarget {
  /** `area/decoder`. */
  readonly name: string
  /** Which part of the inputs it is given in the tests, where one takes much longer than those of others. Default 1. */
  readonly share?: number
  /**
   * Makes one input and decodes it. Inputs are structure-aware: encoded from random valid values, then truncated, flipped,
   * spliced, given absurd lengths. Resolves to `accepted` if the decoder gave a value, `refused` if it threw one of the
   * errors it documents. Everything else (other errors, broken laws, inputs changed) is thrown and ends the run.
   */
  run(random: FuzzRandom): FuzzOutcome | Promise<FuzzOutcome>
}

/** How one input ended. */
export type FuzzOutcome = "accepted" | "refused"

/** Randomness of a run, from its seed alone. */
export interface FuzzRandom {
  /** A whole number from 0 and below `limit`. */
  below(limit: number): number
  /** `length` random bytes. */
  bytes(length: number): Uint8Array
  /** A copy of valid bytes with some of them truncated, flipped, removed, repeated, or set to edge values. */
  mangle(valid: Uint8Array): Uint8Array
}
