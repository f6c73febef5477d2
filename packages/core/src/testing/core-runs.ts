import fc from "fast-check"
import type { Engine } from "../engine/engine.ts"
import { engineInUse } from "./core-fixture.ts"

/**
 * How many cases a property takes: so many with Yjs, and a third with another engine, which shares all but the engine with the first
 * and takes three times as long. A longer run that was asked for is had.
 */
export function runsOf(count: number, { name }: Engine = engineInUse()): { readonly numRuns: number } {
  const share = name === "yjs" ? count : Math.ceil(count / 3)
  return { numRuns: Math.max(share, fc.readConfigureGlobal().numRuns ?? 0) }
}
