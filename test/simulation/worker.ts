// A process that plays histories as it is told to by messages; `run.ts` starts some of them.
import {
  simulate,
  SimulationFailure,
  type SimulationOptions,
  type SimulationReport
} from "@syncline/core/testing"
import { scenarios } from "./scenarios.ts"

/** Histories to play. */
export interface Job {
  readonly scenario: string
  readonly firstSeed: number
  readonly histories: number
}

/** What became of a job. */
export interface Answer {
  /** Of the histories without a violation, in one report for each run of seeds between failures. */
  readonly reports: readonly SimulationReport[]
  /** Time of all threads of the process, on a processor. */
  readonly cpuMs: number
  /** What each of the others came to, with how to run it again. */
  readonly failures: readonly string[]
}

/** Making a history small takes hundreds of others: where many fail, the first few say why. */
const shrinks = { failures: 3, runs: 200 }

let failed = 0

process.on("message", message => {
  const { scenario, firstSeed, histories } = message as Job
  const options = scenarios.get(scenario)
  if (options === undefined) throw new RangeError(`scenarios are ${[...scenarios.keys()].join(", ")}`)
  void play(options, firstSeed, firstSeed + histories).then(answer => process.send?.(answer))
})

async function play(options: SimulationOptions, first: number, end: number): Promise<Answer> {
  const before = process.cpuUsage()
  const reports: SimulationReport[] = []
  const failures: string[] = []
  for (let seed = first; seed < end; ) {
    const failure = await run(options, seed, end, reports)
    if (failure === undefined) break
    failures.push(failure.message)
    failed++
    // Those before it went well, and are played once more to be counted.
    if (failure.seed > seed) await run(options, seed, failure.seed, reports)
    seed = failure.seed + 1
  }
  const { user, system } = process.cpuUsage(before)
  return { reports, failures, cpuMs: (user + system) / 1_000 }
}

async function run(
  options: SimulationOptions,
  firstSeed: number,
  end: number,
  reports: SimulationReport[]
): Promise<SimulationFailure | undefined> {
  const maxShrinkRuns = failed < shrinks.failures ? shrinks.runs : 0
  try {
    const histories = end - firstSeed
    reports.push(await simulate({ ...options, firstSeed, histories, requireAllFaults: false, maxShrinkRuns }))
    return undefined
  } catch (error) {
    if (error instanceof SimulationFailure) return error
    throw error
  }
}
