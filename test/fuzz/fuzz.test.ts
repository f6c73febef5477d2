import { describe, expect, it } from "vitest"
import { fuzz } from "./fuzz.ts"
import { fuzzTargets } from "./fuzz-targets.ts"

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
