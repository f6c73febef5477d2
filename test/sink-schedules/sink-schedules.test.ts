import {
  planSinks,
  replaySinks,
  simulateSinks,
  SimulationFailure,
  type SinkFaultKind,
  type SinkPlan,
  type SinkRule,
  type SinkSimulationOptions
} from "@syncline/core/testing"
import { expect, test } from "vitest"
import { traceElsewhere } from "../schedules/trace-elsewhere.ts"
import { knownPlans } from "./known-plans.ts"
import { lies } from "./lies.ts"
import { scenarios } from "./scenarios.ts"

/** A share of what `run.ts` does; other seeds than those that long runs begin with. */
const firstSeed = 1_000_000_000
const histories = Number(process.env["SYNCLINE_HISTORIES"] ?? 60)

function scenario(name: string): SinkSimulationOptions {
  const options = scenarios.get(name)
  if (options === undefined) throw new RangeError(`there is no scenario ${name}`)
  return options
}

/** What a failing simulation throws. */
async function failureOf(options: SinkSimulationOptions): Promise<SimulationFailure<SinkPlan, SinkRule>> {
  try {
    await simulateSinks(options)
  } catch (error) {
    if (error instanceof SimulationFailure) return error as SimulationFailure<SinkPlan, SinkRule>
    throw error
  }
  throw new Error("the simulation found nothing wrong")
}

test.each([...scenarios.keys()])(
  `[SN3] %s: no promise is broken in ${histories} histories, whatever goes wrong`,
  async name => {
    const requireAllFaults = histories >= 1_000
    const report = await simulateSinks({ ...scenario(name), firstSeed, histories, requireAllFaults })
    expect(report.commits).toBeGreaterThan(histories * 2)
    expect(Object.values(report.fired).filter(count => count > 0).length).toBeGreaterThan(10)
    expect(report.longestRestMs).toBeLessThan(120_000)
  },
  60_000 + histories * 1_000
)

test.each(knownPlans)("[SN3] known: $name", async ({ scenario: name, plan }) => {
  const { violation, fired } = await replaySinks(plan, scenario(name))
  expect(violation).toBeUndefined()
  // Where the fault does not come about any more, the plan shows nothing: find it anew, or drop it.
  for (const kind of Object.keys(plan.firing ?? {}) as SinkFaultKind[])
    expect(fired[kind], kind).toBeGreaterThan(0)
})

test.each(["repair", "leased"])(
  "[SN1] %s: a plan takes the same course each time, here and elsewhere",
  async name => {
    const options = { ...scenario(name), firstSeed, histories: 5, requireAllFaults: false }
    const { trace } = await simulateSinks(options)
    expect((await simulateSinks(options)).trace).toBe(trace)
    const job = { scenario: name, firstSeed, histories: 5 }
    expect(await traceElsewhere(new URL("./schedules-worker.ts", import.meta.url), job)).toBe(trace)
    expect((await simulateSinks({ ...options, firstSeed: firstSeed + 1 })).trace).not.toBe(trace)
  }
)

test("[SN1] faults that were taken by chance are the same when they are named", async () => {
  const options = scenario("migration")
  const plan = planSinks(firstSeed + 3, { ...options, maxSteps: 30 })
  const { trace, firing } = await replaySinks(plan, options)
  expect(Object.keys(firing).length).toBeGreaterThan(0)
  const printed = JSON.parse(JSON.stringify({ ...plan, firing })) as SinkPlan
  expect((await replaySinks(printed, options)).trace).toBe(trace)
})

test("[SN2] a simulation in which a fault never came about that has a rate fails", async () => {
  const failure = await failureOf({ ...scenario("projector"), faults: { leaseLost: 1e-9 }, histories: 2 })
  expect([failure.rule, failure.plan]).toEqual(["silent", undefined])
  expect(failure.message).toContain("leaseLost")
})

test.each(lies)("[SN4] it is seen that something $name", async ({ scenario: name, seenAs, options }) => {
  const lying = { ...scenario(name), ...options }
  const rules: (SinkRule | undefined)[] = []
  while (rules.at(-1) !== seenAs && rules.length < 150)
    rules.push((await replaySinks(planSinks(firstSeed + rules.length, lying), lying)).violation?.rule)
  expect(rules).toContain(seenAs)
})

test("[SN5] a failing history becomes a small one that fails alike, and says how to run it", async () => {
  const [lie] = lies
  const options = { ...scenario("projector"), ...lie?.options, firstSeed }
  const { plan, message, rule, seed } = await failureOf(options)
  expect(plan?.steps.length).toBeLessThan(3)
  expect(message).toContain(`firstSeed: ${seed}`)
  const printed = JSON.parse(message.slice(message.indexOf('{"seed"'))) as SinkPlan
  expect((await replaySinks(printed, options)).violation?.rule).toBe(rule)
})
