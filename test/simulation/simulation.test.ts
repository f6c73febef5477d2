import {
  type FaultKind,
  type HistoryPlan,
  planHistory,
  replayHistory,
  shrinkHistory,
  simulate,
  SimulationFailure,
  type SimulationOptions
} from "@syncline/core/testing"
import { expect, test } from "vitest"
import { knownGrantPlans } from "./known-grant-plans.ts"
import { knownPlans } from "./known-plans.ts"
import { grantLies } from "./lying-grants.ts"
import { lies } from "./lying-stores.ts"
import { scenarios } from "./scenarios.ts"
import { traceElsewhere } from "../schedules/trace-elsewhere.ts"

/** A share of what `run.ts` does; other seeds than those that long runs begin with. */
const firstSeed = 1_000_000_000
const histories = Number(process.env["SYNCLINE_HISTORIES"] ?? 40)

function scenario(name: string): SimulationOptions {
  const options = scenarios.get(name)
  if (options === undefined) throw new RangeError(`there is no scenario ${name}`)
  return options
}

/** What a failing simulation throws. */
async function failureOf(options: SimulationOptions): Promise<SimulationFailure> {
  try {
    await simulate(options)
  } catch (error) {
    if (error instanceof SimulationFailure) return error
    throw error
  }
  throw new Error("the simulation found nothing wrong")
}

test.each([...scenarios.keys()])(
  `[SM6] %s: no promise is broken in ${histories} histories, whatever goes wrong`,
  async name => {
    const report = await simulate({ ...scenario(name), firstSeed, histories })
    expect(report.commits).toBeGreaterThan(histories * 5)
    expect(report.messages).toBeGreaterThan(histories * 50)
    expect(report.longestHealMs).toBeLessThan(60_000)
  },
  60_000 + histories * 1_000
)

test.each([...knownPlans, ...knownGrantPlans])("[SM6] known: $name", async ({ scenario: name, plan }) => {
  const { violation, fired } = await replayHistory(plan, scenario(name))
  expect(violation).toBeUndefined()
  // Where the fault does not come about any more, the plan shows nothing: find it anew, or drop it.
  for (const kind of Object.keys(plan.firing ?? {}) as FaultKind[])
    expect(fired[kind], kind).toBeGreaterThan(0)
})

test("[SM1] a plan takes the same course each time, here and in another process", async () => {
  const options = { ...scenario("everything"), firstSeed, histories: 4, requireAllFaults: false }
  const { trace } = await simulate(options)
  expect((await simulate(options)).trace).toBe(trace)
  const job = { scenario: "everything", firstSeed, histories: 4 }
  expect(await traceElsewhere(new URL("./simulation-worker.ts", import.meta.url), job)).toBe(trace)
  expect((await simulate({ ...options, firstSeed: firstSeed + 1 })).trace).not.toBe(trace)
})

test("[SM2] faults that were taken by chance are the same when they are named", async () => {
  const options = { ...scenario("everything"), sizes: [{ share: 1, maxMachines: 5, steps: 40 }] }
  const plan = planHistory(firstSeed + 7, options)
  const { trace, firing } = await replayHistory(plan, options)
  expect(Object.keys(firing).length).toBeGreaterThan(0)
  expect((await replayHistory({ ...plan, firing }, options)).trace).toBe(trace)
  expect(
    (await replayHistory(JSON.parse(JSON.stringify({ ...plan, firing })) as HistoryPlan, options)).trace
  ).toBe(trace)
})

test("[SM3] a simulation in which a fault never came about that has a rate fails", async () => {
  const failure = await failureOf({ ...scenario("network"), faults: { wipe: 1e-9 }, histories: 2 })
  expect([failure.rule, failure.plan]).toEqual(["silent", undefined])
  expect(failure.message).toContain("wipe")
})

test.each(lies)("[SM7] the simulation sees a store that $name", async ({ wrap }) => {
  const failure = await failureOf({ ...scenario("disks"), firstSeed, wrapStore: wrap, maxShrinkRuns: 0 })
  expect(failure.seed - firstSeed).toBeLessThan(20)
})

test.each(grantLies)("[SM12] the simulation sees a side that $name", async ({ wrap, rules }) => {
  const failure = await failureOf({ ...scenario("grants"), firstSeed, wrapGrant: wrap, maxShrinkRuns: 0 })
  expect(rules).toContain(failure.rule)
  expect(failure.seed - firstSeed).toBeLessThan(30)
})

test("[SM6] links that take more rounds than allowed to find out what differs are seen", async () => {
  const options = { ...scenario("network"), firstSeed, maxShrinkRuns: 0 }
  const failure = await failureOf({ ...options, healLimitRounds: 0 })
  expect([failure.rule, /after \d rounds/.test(failure.message)]).toEqual(["not-converged", true])
  const { mostHealRounds } = await simulate({ ...options, histories: 20, requireAllFaults: false })
  expect(mostHealRounds).toBeGreaterThan(0)
})

test("[SM3] a clock that jumps while its machine is off counts once it is read", async () => {
  const options = scenario("identity")
  const off = { do: "crash", at: 2, draw: 1, pauseMs: 0 } as const
  const skew = { do: "skew", at: 2, draw: 1, pauseMs: 0 } as const
  const steps = [off, skew, { ...skew, pauseMs: 1_000 }]
  const plan = { ...planHistory(firstSeed, options), machines: 3, lines: [[1, 0]] as const, rates: {}, steps }
  // Who links to nobody, and writes nothing, has no use for a clock.
  const unread = await replayHistory(plan, options)
  const linked = [...plan.lines, [2, 0] as const]
  const read = await replayHistory({ ...plan, lines: linked }, options)
  expect([unread.violation, read.violation]).toEqual([undefined, undefined])
  expect([unread.fired.skew, read.fired.skew]).toEqual([0, 1])
})

test("[SM8] a failing history becomes a small one that fails alike, and says how to run it", async () => {
  const options: SimulationOptions = {
    ...scenario("network"),
    firstSeed,
    check: async ([replica]) => {
      const { value } = (await replica?.load("a/1")) ?? { value: {} }
      if ("list" in value) throw new Error("there is a list")
    }
  }
  const { plan, message, rule, seed } = await failureOf(options)
  expect(rule).toBe("check")
  expect(plan?.steps.map(step => ("action" in step ? step.action : step.do))).toEqual(["push"])
  expect([plan?.machines, plan?.lines.length, plan?.firing]).toEqual([2, 1, {}])
  expect(message).toContain(`firstSeed: ${seed}`)
  const printed = JSON.parse(message.slice(message.indexOf('{"seed"'))) as HistoryPlan
  expect((await replayHistory(printed, options)).violation?.rule).toBe("check")
})

test("[SM8] shrinking stops after as many histories as it may run", async () => {
  const options = { ...scenario("network"), check: () => expect.fail("never right"), maxShrinkRuns: 0 }
  const plan = planHistory(firstSeed, options)
  const failing = { plan, outcome: await replayHistory(plan, options) }
  expect((await shrinkHistory(failing, options)).plan).toBe(plan)
})

test("[SM9] damaged messages alone never make a replica report a fork", async () => {
  const { events, fired } = await simulate({ ...scenario("damage"), firstSeed, histories: 60 })
  expect(fired.flip + fired.splice).toBeGreaterThan(20)
  expect(events["quarantined"]).toBeUndefined()
})
