import type { ContractCase } from "./contract-case.ts"
import { sinkAdoptCase } from "./sink-adopt-case.ts"
import { sinkApplyCases } from "./sink-apply-cases.ts"
import { sinkCleanCase } from "./sink-clean-run.ts"
import { sinkDamageCases } from "./sink-damage-cases.ts"
import type { MakeSink, SinkFixture } from "./sink-fixture.ts"
import { sinkLeaseCases } from "./sink-lease-cases.ts"
import { sinkReadCases } from "./sink-read-cases.ts"
import { sinkScheduleCase } from "./sink-schedule-case.ts"
import { sinkTrackingCases } from "./sink-tracking-cases.ts"

/** A case before it is bound to a sink. */
export interface SinkCase {
  readonly title: string
  readonly check: (fixture: SinkFixture) => Promise<void>
}

/**
 * What every `Sink` with conditional writes must do, as cases for any test runner. Rules SC1 to SC21, RP4, RP17 and VF2 of core's
 * SPEC.md; those of RP4 damage what the sink holds and expect verification to find exactly that, and repair to mend it.
 *
 * `name` completes the titles: `sinkContract("sqlite", makeSink)`.
 */
export function sinkContract(name: string, makeSink: MakeSink): readonly ContractCase[] {
  const cases: readonly SinkCase[] = [
    ...sinkApplyCases,
    ...sinkReadCases,
    sinkScheduleCase,
    ...sinkLeaseCases,
    ...sinkTrackingCases,
    ...sinkDamageCases,
    sinkAdoptCase,
    sinkCleanCase
  ]
  return cases.map(({ title, check }) => ({
    title: `${title} (${name})`,
    run: async () => {
      const fixture = await makeSink()
      try {
        await check(fixture)
      } finally {
        await fixture.remove?.()
      }
    }
  }))
}
