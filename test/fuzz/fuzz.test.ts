import { describe, expect, it } from "vitest"
import { fuzz } from "./fuzz.ts"
import { frameCodes } from "../../packages/core/src/sync/frame-kinds.ts"
import { mustShow } from "./frame-features.ts"
import { fuzzTargets } from "./fuzz-targets.ts"
import { recordedFrames } from "./recorded-frames.ts"

const targets = await fuzzTargets()
// A different range than long runs begin with, so that tests add to them.
const FIRST_SEED = 1_000_000_000

describe("[FZ1] hostile input is decoded or refused, nothing else", () => {
  it.each(targets)("$name", async target => {
    const report = await fuzz(target, 400 * (target.share ?? 1), FIRST_SEED)
    expect(report.accepted).toBeGreaterThan(0)
    expect(report.refused).toBeGreaterThan(0)
  })
})

describe("[FZ3] frames of every kind were recorded", () => {
  const frames = recordedFrames().map(({ frame }) => frame)
  const kinds = Object.keys(frameCodes)

  it.each(kinds)("and conversations without a %s frame would be refused", kind => {
    expect(frames.some(frame => frame.kind === kind)).toBe(true)
    expect(() => mustShow(frames.filter(frame => frame.kind !== kind))).toThrow(`have no ${kind} (`)
  })
})
