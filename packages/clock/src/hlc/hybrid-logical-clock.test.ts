import { describe, expect, test } from "vitest"
import { codeOf } from "../testing/error-code.ts"
import {
  HLC_COUNTERS_PER_MS,
  HLC_EPOCH_MS,
  HLC_LAST_STAMP,
  type HlcStamp,
  hlcStampFromParts,
  hlcStampToParts,
  isHlcStamp,
  parseHlcStamp,
  stampToDate
} from "./hlc-stamp.ts"
import {
  DEFAULT_MAX_DRIFT_MS,
  HybridLogicalClock,
  type HybridLogicalClockOptions
} from "./hybrid-logical-clock.ts"

const NOON = Date.UTC(2026, 0, 1, 12)
const at = (unixMs: number, counter = 0): HlcStamp => hlcStampFromParts(unixMs, counter)

/** A clock whose wall clock shows what the test sets. */
function clockAt(unixMs: number, options: Omit<HybridLogicalClockOptions, "nowMs"> = {}) {
  const wall = { unixMs }
  return { wall, clock: new HybridLogicalClock({ nowMs: () => wall.unixMs, ...options }) }
}

describe("[HL1] stamps", () => {
  test("the layout is pinned", () => {
    expect([at(HLC_EPOCH_MS), at(HLC_EPOCH_MS, 1), at(HLC_EPOCH_MS + 1)]).toEqual([0, 1, 4096])
    expect(stampToDate(HLC_LAST_STAMP).toISOString()).toBe("2089-09-06T15:47:35.551Z")
    expect(hlcStampToParts(at(NOON + 7, 4095))).toEqual({ unixMs: NOON + 7, counter: 4095 })
  })

  test("the last millisecond has its last counter", () => {
    const { unixMs, counter } = hlcStampToParts(HLC_LAST_STAMP)
    expect([counter, at(unixMs, counter)]).toEqual([4095, Number.MAX_SAFE_INTEGER])
    expect(codeOf(() => at(unixMs + 1))).toBe("hlc-stamp-invalid")
  })

  test.each([
    [HLC_EPOCH_MS - 1, 0],
    [NOON + 0.5, 0],
    [Number.NaN, 0],
    [NOON, -1],
    [NOON, 4096],
    [NOON, 0.5]
  ])("time %d with counter %d has no stamp", (unixMs, counter) => {
    expect(codeOf(() => at(unixMs, counter))).toBe("hlc-stamp-invalid")
  })

  test.each([-1, 0.5, Number.NaN, 2 ** 53, "5", null, undefined, 5n])("%s is no stamp", value => {
    expect(isHlcStamp(value)).toBe(false)
    expect(codeOf(() => parseHlcStamp(value))).toBe("hlc-stamp-invalid")
  })
})

test("[HL2] a wall clock that stands still or goes back does not stop or turn the stamps", () => {
  const { wall, clock } = clockAt(NOON)
  const first = clock.now()
  const second = clock.now()
  wall.unixMs -= 3_600_000
  const third = clock.now()
  expect([first, second, third]).toEqual([at(NOON), at(NOON, 1), at(NOON, 2)])
})

test("[HL3] the wall clock leads while it advances, to the millisecond", () => {
  const { wall, clock } = clockAt(NOON)
  clock.now()
  wall.unixMs += 1.9
  expect(clock.now()).toBe(at(NOON + 1))
})

test("[HL3] the counter borrows the next millisecond instead of throwing", () => {
  const { clock } = clockAt(NOON)
  for (let i = 0; i < HLC_COUNTERS_PER_MS; i++) clock.now()
  expect(clock.last).toBe(at(NOON, 4095))
  expect(clock.now()).toBe(at(NOON + 1))
})

test("[HL4] a batch that is not committed leaves no trace", () => {
  const { clock } = clockAt(NOON)
  const before = clock.now()
  const observation = clock.prepare([at(NOON + 5000, 3)])
  expect(observation.highest).toBe(at(NOON + 5000, 3))
  expect([clock.last, clock.now()]).toEqual([before, before + 1])
})

test("[HL4] committing moves the clock past the batch, once and never back", () => {
  const { clock } = clockAt(NOON)
  const observation = clock.prepare([at(NOON + 9), at(NOON + 5)])
  observation.commit()
  const stamps = [clock.now(), clock.now()]
  observation.commit()
  expect([...stamps, clock.now()]).toEqual([at(NOON + 9, 1), at(NOON + 9, 2), at(NOON + 9, 3)])
})

test("[HL4] an older batch, and an empty one, do nothing", () => {
  const { clock } = clockAt(NOON)
  const last = clock.now()
  clock.prepare([at(NOON - 5)]).commit()
  clock.prepare([]).commit()
  expect([clock.last, clock.prepare([]).highest]).toEqual([last, undefined])
})

test("[HL5] a far future stamp is reported and moves nothing, those beside it do", () => {
  const { clock } = clockAt(NOON)
  const far = at(NOON + DEFAULT_MAX_DRIFT_MS, 1)
  const near = at(NOON + DEFAULT_MAX_DRIFT_MS)
  const observation = clock.prepare([far, HLC_LAST_STAMP, near, far])
  observation.commit()
  expect(observation.untrusted).toEqual([far, HLC_LAST_STAMP, far])
  expect([observation.highest, clock.last, clock.trusts(near), clock.trusts(far)]).toEqual([
    near,
    near,
    true,
    false
  ])
})

test("[HL5] a batch with one value that is no stamp is refused whole", () => {
  const { clock } = clockAt(NOON)
  expect(codeOf(() => clock.prepare([at(NOON), -1 as HlcStamp]))).toBe("hlc-stamp-invalid")
  expect(clock.last).toBe(undefined)
})

test("[HL5] the bound is the caller's choice and follows the wall clock", () => {
  const { wall, clock } = clockAt(NOON, { maxDriftMs: 10 })
  expect([clock.trusts(at(NOON + 10)), clock.trusts(at(NOON + 11))]).toEqual([true, false])
  wall.unixMs += 1
  expect(clock.trusts(at(NOON + 11))).toBe(true)
})

test("[HL5] what the clock has passed itself stays trusted when the wall clock goes back", () => {
  const { wall, clock } = clockAt(NOON)
  const own = clock.now()
  wall.unixMs -= 86_400_000
  expect([clock.trusts(own), clock.trusts((own + 1) as HlcStamp)]).toEqual([true, false])
})

test.each([Number.NaN, Infinity, -Infinity, 0, HLC_EPOCH_MS - 1, Date.UTC(2090, 0), 1.7e18])(
  "[HL6] a wall clock that reads %d is ignored",
  reading => {
    const { wall, clock } = clockAt(NOON)
    const before = clock.now()
    wall.unixMs = reading
    expect(clock.now()).toBe(before + 1)
    expect([clock.trusts(clock.last as HlcStamp), clock.trusts(at(NOON + 1))]).toEqual([true, false])
  }
)

test("[HL6] a clock that never had a usable wall clock still counts", () => {
  const { clock } = clockAt(Number.NaN)
  expect([clock.trusts(0 as HlcStamp), clock.now(), clock.now()]).toEqual([false, 0, 1])
})

test("[HL7] a restarted clock continues after its former last stamp", () => {
  const { clock } = clockAt(NOON, { last: at(NOON + 60_000) })
  expect(clock.now()).toBe(at(NOON + 60_000, 1))
  expect(codeOf(() => clockAt(NOON, { last: -1 as HlcStamp }))).toBe("hlc-stamp-invalid")
})

test("[HL7] after the last stamp there is none", () => {
  const { clock } = clockAt(NOON, { last: HLC_LAST_STAMP })
  expect(codeOf(() => clock.now())).toBe("hlc-exhausted")
  expect(clock.last).toBe(HLC_LAST_STAMP)
})
