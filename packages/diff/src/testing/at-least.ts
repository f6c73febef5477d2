import fc from "fast-check"

/** Parameters of a property that takes `runs` to meet its rare cases; a longer run asked for is had. */
export function atLeast(runs: number): { readonly numRuns: number } {
  return { numRuns: Math.max(runs, fc.readConfigureGlobal().numRuns ?? 0) }
}
