import { SimulationFailure } from "@syncline/core/testing"

/** Histories to play. */
export interface Job {
  readonly scenario: string
  readonly firstSeed: number
  readonly histories: number
}

/** What became of a job. */
export interface Answer {
  /** Of the histories without a violation, in one report for each run of seeds between failures. */
  readonly reports: readonly unknown[]
  /** Time of all threads of the process, on a processor. */
  readonly cpuMs: number
  /** What each of the others came to, with how to run it again. */
  readonly failures: readonly string[]
}

/** Which histories of a scenario are played, and how. */
export interface PlayedRange {
  readonly firstSeed: number
  readonly histories: number
  readonly requireAllFaults: false
  readonly maxShrinkRuns: number
}

/** Making a history small takes hundreds of others: where many fail, the first few say why. */
const shrinks = { failures: 3, runs: 200 }

/** Makes this process one that plays histories as it is told to by messages; `runSchedules` starts some of them. */
export function serveJobs<Options>(
  scenarios: ReadonlyMap<string, Options>,
  simulate: (options: Options & PlayedRange) => Promise<unknown>
): void {
  const server = new JobServer(simulate)
  process.on("message", message => {
    const { scenario, firstSeed, histories } = message as Job
    const options = scenarios.get(scenario)
    if (options === undefined) throw new RangeError(`scenarios are ${[...scenarios.keys()].join(", ")}`)
    void server.play(options, firstSeed, firstSeed + histories).then(answer => process.send?.(answer))
  })
}

class JobServer<Options> {
  readonly #simulate: (options: Options & PlayedRange) => Promise<unknown>
  #failed = 0

  constructor(simulate: (options: Options & PlayedRange) => Promise<unknown>) {
    this.#simulate = simulate
  }

  async play(options: Options, first: number, end: number): Promise<Answer> {
    const before = process.cpuUsage()
    const reports: unknown[] = []
    const failures: string[] = []
    for (let seed = first; seed < end; ) {
      const failure = await this.#run(options, seed, end, reports)
      if (failure === undefined) break
      failures.push(failure.message)
      this.#failed++
      // Those before it went well, and are played once more to be counted.
      if (failure.seed > seed) await this.#run(options, seed, failure.seed, reports)
      seed = failure.seed + 1
    }
    const { user, system } = process.cpuUsage(before)
    return { reports, failures, cpuMs: (user + system) / 1_000 }
  }

  async #run(
    options: Options,
    firstSeed: number,
    end: number,
    reports: unknown[]
  ): Promise<SimulationFailure<unknown, string> | undefined> {
    const maxShrinkRuns = this.#failed < shrinks.failures ? shrinks.runs : 0
    try {
      const histories = end - firstSeed
      reports.push(
        await this.#simulate({ ...options, firstSeed, histories, requireAllFaults: false, maxShrinkRuns })
      )
      return undefined
    } catch (error) {
      if (error instanceof SimulationFailure) return error
      throw error
    }
  }
}
