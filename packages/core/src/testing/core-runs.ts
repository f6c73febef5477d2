import fc from "fast-check"
import { engineInUse } from "./core-fixture.ts"

/**
 * How many cases a property takes: so many with Yjs, and a third where its suite runs once more with another engine, which shares
 * all but the engine with the first and takes three times as long. A longer run that was asked for is had.
 */
export function runsOf(count: number): { readonly numRuns: number } {
  const share = engineInUse().name === "yjs" ? count : Math.ceil(count / 3)
  return { numRuns: Math.max(share, fc.readConfigureGlobal().numRuns ?? 0) }
}
