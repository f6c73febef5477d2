import fc from "fast-check"
import { expect, test } from "vitest"
import { HLC_LAST_STAMP, type HlcStamp, hlcStampFromParts, hlcStampToParts } from "./hlc-stamp.ts"
import { DEFAULT_MAX_DRIFT_MS, HybridLogicalClock } from "./hybrid-logical-clock.ts"

const START = Date.UTC(2026, 0, 1)
const YEAR_MS = 365 * 86_400_000

type Step =
  | { readonly kind: "now" }
  | { readonly kind: "wall"; readonly unixMs: number }
  | { readonly kind: "receive"; readonly stamp: HlcStamp; readonly applied: boolean }

const unixMs = fc.oneof(
  fc.integer({ min: START - 5, max: START + 5 }),
  fc.integer({ min: START - 10 * YEAR_MS, max: START + 10 * YEAR_MS }),
  fc.constantFrom(Number.NaN, 0, 1e16)
)
const stamp = fc.oneof(
  fc.integer({ min: START - 5, max: START + 5 }).map(ms => hlcStampFromParts(ms, ms % 4096)),
  fc.maxSafeNat().map(value => value as HlcStamp),
  fc.constant(HLC_LAST_STAMP)
)
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.constant<Step>({ kind: "now" }),
  fc.record({ kind: fc.constant("wall" as const), unixMs }),
  fc.record({ kind: fc.constant("receive" as const), stamp, applied: fc.boolean() })
)

test("[HL2] [HL4] [HL5] whatever the wall clock and the peers do, stamps rise and stay within the drift bound", () => {
  let issued = 0
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      let wall = START
      // The highest time that had any right to move the clock: an own reading, or a peer's within the bound of one.
      let ceiling = START
      let highest = -1
      const clock = new HybridLogicalClock({ nowMs: () => wall })
      for (const each of steps) {
        if (each.kind === "wall") wall = each.unixMs
        if (wall >= hlcStampToParts(0 as HlcStamp).unixMs && wall < 1e15) ceiling = Math.max(ceiling, wall)
        if (each.kind === "receive") {
          const observation = clock.prepare([each.stamp])
          expect(clock.last ?? -1).toBe(highest)
          if (each.applied) observation.commit()
          if (each.applied && observation.untrusted.length === 0) highest = Math.max(highest, each.stamp)
          expect(clock.last ?? -1).toBe(highest)
        }
        if (each.kind === "now") {
          const stamp = clock.now()
          expect(stamp).toBeGreaterThan(highest)
          expect(hlcStampToParts(stamp).unixMs).toBeLessThanOrEqual(ceiling + DEFAULT_MAX_DRIFT_MS + 1)
          highest = stamp
          issued++
        }
      }
    }),
    { numRuns: 1000 }
  )
  expect(issued).toBeGreaterThan(1000)
})
