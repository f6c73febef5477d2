import fc from "fast-check"
import { expect, test } from "vitest"
import {
  HLC_EPOCH_MS,
  HLC_LAST_STAMP,
  type HlcStamp,
  hlcStampFromParts,
  hlcStampToParts
} from "./hlc-stamp.ts"
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
const anyStamp = fc.oneof(
  fc.integer({ min: START - 5, max: START + 5 }).map(ms => hlcStampFromParts(ms, ms % 4096)),
  fc.maxSafeNat().map(value => value as HlcStamp),
  fc.constant(HLC_LAST_STAMP)
)
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.constant<Step>({ kind: "now" }),
  fc.record({ kind: fc.constant("wall" as const), unixMs }),
  fc.record({ kind: fc.constant("receive" as const), stamp: anyStamp, applied: fc.boolean() })
)

/** What a clock did: every stamp with the highest one before it and the latest time it may show, and whether it slipped. */
interface Trace {
  readonly stamps: Array<{ readonly stamp: HlcStamp; readonly above: number; readonly ceilingMs: number }>
  /** Whether the clock ever moved in a way its contract does not allow. */
  slipped: boolean
}

function play(steps: readonly Step[]): Trace {
  const trace: Trace = { stamps: [], slipped: false }
  let wall = START
  // The latest time that had any right to move the clock: a usable reading of its own wall clock.
  let ceilingMs = START
  let highest = -1
  const clock = new HybridLogicalClock({ nowMs: () => wall })
  for (const each of steps) {
    if (each.kind === "wall") {
      wall = each.unixMs
      if (wall >= HLC_EPOCH_MS && wall < 1e15) ceilingMs = Math.max(ceilingMs, wall)
    } else if (each.kind === "now") {
      trace.stamps.push({ stamp: clock.now(), above: highest, ceilingMs })
      highest = clock.last ?? -1
    } else {
      const observation = clock.prepare([each.stamp])
      trace.slipped ||= (clock.last ?? -1) !== highest
      if (each.applied) observation.commit()
      if (each.applied && observation.untrusted.length === 0) highest = Math.max(highest, each.stamp)
      trace.slipped ||= (clock.last ?? -1) !== highest
    }
  }
  return trace
}

test("[HL2] [HL4] [HL5] whatever the wall clock and the peers do, stamps rise and stay within the drift bound", () => {
  let issued = 0
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const { stamps, slipped } = play(steps)
      issued += stamps.length
      expect(slipped).toBe(false)
      expect(stamps.filter(({ stamp, above }) => stamp <= above)).toEqual([])
      const leads = stamps.map(({ stamp, ceilingMs }) => hlcStampToParts(stamp).unixMs - ceilingMs)
      expect(Math.max(0, ...leads)).toBeLessThanOrEqual(DEFAULT_MAX_DRIFT_MS + 1)
    }),
    { numRuns: 1000 }
  )
  expect(issued).toBeGreaterThan(1000)
})
